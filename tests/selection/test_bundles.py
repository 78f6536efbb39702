"""Which bundles a product's page offers, and at which price."""

from decimal import Decimal

import pytest


def offered(shop, product, cart=()):
    return shop.page(cart).bundles(shop[product].pk)


def test_a_bundle_says_what_it_costs_separately_and_together(shop):
    shop.stock("bread", price=Decimal("2.50"))
    shop.stock("egg", price=Decimal("0.30"))
    shop.bundle(10, {"bread": 1, "egg": 6})
    (bundle,) = offered(shop, "egg")
    assert [(it.product.title, it.quantity) for it in bundle.parts] == [("bread", 1), ("egg", 6)]
    assert (bundle.list_price, bundle.bundle_price, bundle.saving) == (
        Decimal("4.30"),
        Decimal("3.87"),
        Decimal("0.43"),
    )


@pytest.mark.parametrize(
    ("egg", "offers"),
    [
        ({}, 1),
        ({"stock": 0}, 0),
        ({"stock": 5}, 0),
        ({"stock": 6}, 1),
        ({"is_published": False}, 0),
        ({"price": None}, 0),
    ],
)
def test_a_bundle_is_as_available_as_its_weakest_part(shop, egg, offers):
    shop.stock("egg", **egg)
    shop.bundle(10, {"bread": 1, "egg": 6})
    assert len(offered(shop, "bread")) == offers


def test_a_bundle_that_is_all_in_the_cart_is_not_offered_again(shop):
    shop.bundle(10, {"bread": 1, "egg": 1})
    assert offered(shop, "bread", cart=["bread", "egg"]) == ()
    assert len(offered(shop, "bread", cart=["bread"])) == 1


def test_a_draft_is_not_offered(shop):
    shop.bundle(10, {"bread": 1, "egg": 1}, is_live=False)
    assert offered(shop, "bread") == ()


def test_several_of_one_product_are_a_bundle_too(shop):
    shop.stock("wine", price=Decimal("5.00"))
    shop.bundle(10, {"wine": 6})
    (bundle,) = offered(shop, "wine")
    assert bundle.saving == Decimal("3.00")


def test_a_bundle_of_which_the_cart_has_too_little_is_still_offered(shop):
    shop.bundle(10, {"bread": 1, "egg": 6})
    assert len(offered(shop, "bread", cart=["bread", "egg"])) == 1


def test_a_saving_that_rounds_to_nothing_is_not_offered(shop):
    shop.stock("gum", price=Decimal("0.01"))
    shop.stock("match", price=Decimal("0.01"))
    shop.bundle(10, {"gum": 1, "match": 1})
    assert offered(shop, "gum") == ()


def test_the_largest_saving_comes_first(shop):
    shop.bundle(5, {"bread": 1, "egg": 1}, name="small")
    shop.bundle(20, {"bread": 1, "jam": 1}, name="large")
    assert [it.name for it in offered(shop, "bread")] == ["large", "small"]
