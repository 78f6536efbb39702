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
