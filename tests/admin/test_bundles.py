"""Bundles: what the database refuses, the form says first."""

from decimal import Decimal

import pytest

from xsell.models import Bundle


def two_items(shop, **changes):
    return {
        "name": "Starter set",
        "saving_percent": "12.5",
        "items-0-product": shop["camera"].pk,
        "items-0-quantity": 1,
        "items-1-product": shop["strap"].pk,
        "items-1-quantity": 2,
        **changes,
    }


def test_a_merchandiser_puts_a_bundle_together(desk, shop):
    assert desk.save("bundle", **two_items(shop, is_live="on")) == []
    bundle = Bundle.objects.get()
    assert (bundle.saving_percent, bundle.is_live) == (Decimal("12.5"), True)
    assert [(it.product.title, it.quantity) for it in bundle.items.all()] == [
        ("camera", 1),
        ("strap", 2),
    ]
    assert [it.name for it in shop.page().bundles(shop["camera"].pk)] == ["Starter set"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"saving_percent": "100"}, "less than 100 percent"),
        ({"saving_percent": "0"}, "greater than or equal to 0.01"),
        ({"saving_percent": "-5"}, "greater than or equal to 0.01"),
        ({"saving_percent": "much"}, "number"),
        ({"items-0-quantity": 0}, "A bundle holds at least one of each item."),
        ({"items-1-product": ""}, "required"),
        ({"name": ""}, "required"),
    ],
)
def test_what_cannot_be_is_said_in_the_form(desk, shop, changes, error):
    assert error in " ".join(desk.save("bundle", **two_items(shop, **changes)))
    assert not Bundle.objects.exists()


def test_a_product_is_in_a_bundle_once(desk, shop):
    changes = {"items-1-product": shop["camera"].pk}
    errors = " ".join(desk.save("bundle", **two_items(shop, **changes)))
    assert "duplicate" in errors or "already exists" in errors
    assert not Bundle.objects.exists()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"items-0-group": 1}, "Group 1 has one product"),
        ({"items-0-group": 1, "items-1-group": 1}, "the same quantity for each product of group 1"),
        ({"fewest_items": 2}, "fewer must be enough"),
        ({"fewest_items": 1}, "greater than or equal to 2"),
        ({"items-0-is_required": "on"}, "say how few are enough"),
        ({"benefit": "fixed_price", "saving_percent": ""}, "Say an amount above 0."),
        ({"benefit": "cheapest_free"}, "Only for a percentage off."),
        (
            {"benefit": "cheapest_free", "saving_percent": "", "fewest_items": 2},
            "can only gain a percentage",
        ),
        ({"limit_per_order": 0}, "greater than or equal to 1"),
        ({"least_margin_percent": "100"}, "less than or equal to 99.99"),
    ],
)
def test_terms_that_cannot_be_are_said(desk, shop, changes, error):
    assert error in " ".join(desk.save("bundle", **two_items(shop, **changes)))
    assert not Bundle.objects.exists()


def test_products_of_a_group_are_mixed_at_will(desk, shop):
    same = {"items-0-group": 1, "items-1-group": 1, "items-0-quantity": 2}
    assert desk.save("bundle", **two_items(shop, is_live="on", **same)) == []
    (bundle,) = shop.page().bundles(shop["camera"].pk)
    assert {it.product.title: it.quantity for it in bundle.parts} == {"camera": 1, "strap": 1}


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"benefit": "amount", "benefit_amount": 3, "benefit_currency": "USD"}, "3.00 off"),
        ({"benefit": "fixed_price", "benefit_amount": 9, "benefit_currency": "USD"}, "9.00"),
        ({"benefit": "cheapest_free"}, "The cheapest item for free"),
    ],
)
def test_the_list_says_what_a_bundle_gains(desk, shop, terms, words):
    shop.bundle(None, {"camera": 1, "strap": 1}, **terms)
    assert words in desk.list("bundle").content.decode()
