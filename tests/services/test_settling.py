"""What goes with something leaves the cart with it; what is included comes along."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.queries import reads_and_writes
from tests.services.shoppers import Shopper
from xsell.models import Acceptance
from xsell.selection.rulebook import rulebook
from xsell.services.settling import settle_cart

CASE = {"has_product": "camera"}


@pytest.fixture
def shopper(shop):
    """Has three cameras in the cart."""
    shopper = Shopper()
    shopper.adds(shop["camera"], 3)
    return shopper.comes_back()


def settles(shopper):
    return [it.message for it in settle_cart(shopper.request)]


GONE = "strap has left your cart: it belongs to something that is not there."
FEWER = "Your cart has fewer of strap now: as many as go with the rest."

LEAVING = [
    # the offer of a strap                    cameras left   straps left    what is said
    ({"kind": "bump"}, 3, 1, []),
    ({"kind": "bump"}, 1, 1, []),
    ({"kind": "bump"}, 0, 0, [GONE]),
    ({"kind": "bump", "leaves_with_trigger": False}, 0, 1, []),
    ({"kind": "cross_sell"}, 0, 1, []),
    ({"kind": "add_on"}, 1, 1, []),
    ({"kind": "add_on"}, 0, 0, [GONE]),
    ({"kind": "bump", "units": "as_trigger"}, 3, 3, []),
    ({"kind": "bump", "units": "as_trigger"}, 2, 2, [FEWER]),
    ({"kind": "bump", "units": "as_trigger"}, 0, 0, [GONE]),
    ({"kind": "add_on", "units": "as_trigger", "most_units": 1}, 1, 1, [FEWER]),
]


@pytest.mark.parametrize(("terms", "cameras", "straps", "said"), LEAVING)
def test_what_goes_with_something_leaves_with_it(shop, shopper, terms, cameras, straps, said):
    offer = shop.offer("strap", CASE, **terms)
    n_taken = 3 if terms.get("units") else 1
    shopper.adds(shop["strap"], n_taken)
    shopper.took(offer, n_taken)
    shopper.removes(shop["camera"], cameras)
    assert settles(shopper) == said
    found = {"camera": cameras, "strap": straps}
    assert shopper.holds() == {name: units for name, units in found.items() if units}
    assert settles(shopper) == [], "once is enough"


def test_what_the_shopper_added_besides_stays(shop, shopper):
    offer = shop.offer("strap", CASE)
    shopper.adds(shop["strap"], 5)
    shopper.took(offer, 1)
    shopper.removes(shop["camera"])
    assert settles(shopper) == [GONE]
    assert shopper.holds() == {"strap": 4}


def test_what_is_held_no_more_stays_as_the_shopper_s_own(shop, shopper):
    offer = shop.offer("strap", CASE)
    shopper.adds(shop["strap"])
    row = shopper.took(offer, 1)
    Acceptance.objects.filter(pk=row.pk).update(expires_at=row.accepted_at)
    shopper.removes(shop["camera"])
    assert settles(shopper) == []
    assert shopper.holds() == {"strap": 1}


@pytest.mark.parametrize(
    ("groups", "stays"),
    [
        ([CASE, {"has_product": "film"}], True),
        ([CASE, {"total_at_least": 1}], True),
        ([{"total_at_least": 1}], True),
        ([{"not has_product": "film"}], True),
        ([{"has_product": "camera", "total_at_least": 1}], False),
    ],
    ids=["another trigger is there", "it needs none", "no trigger", "not a trigger", "it is gone"],
)
def test_only_what_is_named_is_a_trigger(shop, shopper, groups, stays):
    offer = shop.offer("strap", *groups)
    shopper.adds(shop["strap"])
    shopper.adds(shop["film"])
    shopper.took(offer, 1)
    shopper.removes(shop["camera"])
    settles(shopper)
    assert ("strap" in shopper.holds()) == stays


INCLUDED = [
    # fewest, included, most per camera    in the cart after the first and the second camera
    ((1, 1, 1), 1, 2),
    ((2, 2, 3), 2, 4),
]


@pytest.mark.parametrize(("units", "with_one", "with_two"), INCLUDED)
def test_what_is_included_comes_along_costs_nothing_and_goes_again(shop, units, with_one, with_two):
    fewest, included, most = units
    terms = {"fewest_units": fewest, "included_units": included, "most_units": most}
    shop.offer("strap", CASE, kind="add_on", **terms)
    shopper = Shopper()
    shopper.adds(shop["camera"])
    shopper.comes_back()
    assert settles(shopper) == ["In your cart, too, and included in the price: strap."]
    assert shopper.holds() == {"camera": 1, "strap": with_one}
    shopper.adds(shop["camera"])
    settles(shopper)
    assert shopper.holds() == {"camera": 2, "strap": with_two}
    quote = shopper.quote()
    strap = next(it for it in quote.lines if it.product_id == shop["strap"].pk)
    assert (strap.quantity, strap.to_pay) == (with_two, 0)
    shopper.removes(shop["camera"])
    settles(shopper)
    assert shopper.holds() == {}


def test_a_cart_with_nothing_to_settle_costs_three_reads_and_no_write(shop, shopper):
    shop.offer("strap", CASE)
    rulebook()
    with CaptureQueriesContext(connection) as queries:
        assert settle_cart(shopper.request) == ()
    assert reads_and_writes(queries) == (3, 0)
