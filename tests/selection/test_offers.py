"""Which bumps a checkout shows: AND inside a group of conditions, OR between groups."""

from datetime import timedelta

import pytest
from django.utils import timezone

from xsell.models import Offer


@pytest.mark.parametrize(
    ("groups", "cart", "holds"),
    [
        ([], [], True),
        ([{"has_product": "camera"}], ["camera"], True),
        ([{"has_product": "camera"}], ["lens"], False),
        ([{"has_product": "camera", "total_at_least": 100}], ["camera"], False),
        ([{"has_product": "camera", "total_at_least": 2}], ["camera"], True),
        ([{"has_product": "tripod"}, {"has_product": "camera"}], ["camera"], True),
        ([{"has_product": "tripod"}, {"total_at_least": 100}], ["camera"], False),
        ([{"total_at_least": 5}], ["camera", "lens"], True),
        ([{"total_at_least": "5.01"}], ["camera", "lens"], False),
    ],
)
def test_a_bump_shows_when_one_group_of_its_conditions_holds(shop, groups, cart, holds):
    shop.offer("batteries", *groups)
    assert shop.shown("checkout-bump", cart=cart) == (["batteries"] if holds else [])


@pytest.mark.parametrize("of", ["its shelf", "its aisle"])
def test_a_category_condition_holds_for_the_shelf_and_the_aisle_above_it(shop, of):
    shelf = shop["camera"].category
    category_id = shelf.pk if of == "its shelf" else shelf.parent_id
    shop.offer("batteries", {"has_category": str(category_id)})
    assert shop.shown("checkout-bump", cart=["camera"]) == ["batteries"]
    assert shop.shown("checkout-bump", cart=["banana"]) == []


def test_the_lowest_priority_number_comes_first_and_two_bumps_show_at_most(shop):
    shop.offer("last", priority=9)
    shop.offer("first", priority=1)
    shop.offer("second", priority=2)
    assert shop.shown("checkout-bump", cart=["camera"]) == ["first", "second"]


@pytest.mark.parametrize(
    "fields",
    [
        {"is_live": False},
        {"ends_at": timezone.now() - timedelta(days=1)},
        {"starts_at": timezone.now() + timedelta(days=1)},
        {"kind": Offer.Kind.CROSS_SELL},
    ],
)
def test_a_bump_that_is_not_live_now_does_not_show(shop, fields):
    shop.offer("batteries", **fields)
    assert shop.shown("checkout-bump", cart=["camera"]) == []


def test_a_cross_sell_offer_shows_in_the_cart_with_its_words(shop):
    shop.place("cart", min_items=1)
    shop.offer("strap", kind=Offer.Kind.CROSS_SELL, headline="Made for yours", text="Fits all.")
    (suggestion,) = shop.content("cart", cart=["camera"]).suggestions
    assert (suggestion.offer.headline, suggestion.offer.text) == ("Made for yours", "Fits all.")


def test_a_bump_for_what_the_cart_holds_or_what_is_sold_out_does_not_show(shop):
    shop.stock("sold out", stock=0)
    shop.offer("camera")
    shop.offer("sold out")
    assert shop.shown("checkout-bump", cart=["camera"]) == []
