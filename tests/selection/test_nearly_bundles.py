"""One more for the discount: (bundles, cart) -> what is offered, and what is then saved."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.queries import reads_and_writes
from xsell.selection.nearly_bundles import ANOTHER_DOES, NO_MORE_SAVED

FAR_OFF = timezone.now() + timedelta(days=9)
AMOUNT = {"benefit": "amount", "benefit_amount": Decimal("1.00"), "benefit_currency": "USD"}
PAIR = (10, {"bread": 1, "jam": 1}, {})
TWO_OF_ONE = (20, {"bread": 2}, {})
THREE_MIXED = (
    None,
    {"apple": 3, "pear": 3, "plum": 3},
    {"groups": dict.fromkeys(("apple", "pear", "plum"), 1), **AMOUNT},
)
ENOUGH = (10, {"chips": 1, "dip": 1, "beer": 1, "nuts": 1}, {"fewest_items": 3})
REQUIRED = (10, {"chips": 1, "dip": 1, "beer": 1}, {"fewest_items": 2, "required": ["chips"]})
ONCE = (10, {"bread": 1, "jam": 1}, {"limit_per_order": 1})
SHIPPING = (None, {"bread": 1, "jam": 1}, {"benefit": "free_shipping"})

TABLE = {
    "a part lacks": (PAIR, {"bread": 1}, {"jam": "0.50"}),
    "all is there already": (PAIR, {"bread": 1, "jam": 1}, {}),
    "half of the second set lacks": (PAIR, {"bread": 2, "jam": 1}, {"jam": "0.50"}),
    "two units lack for the second set": (PAIR, {"bread": 3, "jam": 1}, {"jam": "0.50"}),
    "as often as it may": (ONCE, {"bread": 2, "jam": 1}, {}),
    "nothing of it": (PAIR, {"milk": 1}, {}),
    "one more of the same": (TWO_OF_ONE, {"bread": 1}, {"bread": "1.00"}),
    "two are two already": (TWO_OF_ONE, {"bread": 2}, {}),
    "and the fourth": (TWO_OF_ONE, {"bread": 3}, {"bread": "1.00"}),
    "the third of any three": (THREE_MIXED, {"apple": 1, "pear": 1}, {"apple": "1.00"}),
    "two of three lack": (THREE_MIXED, {"apple": 1}, {}),
    "the third of three that are enough": (ENOUGH, {"chips": 1, "dip": 1}, {"beer": "0.75"}),
    "two of three that are enough lack": (ENOUGH, {"chips": 1}, {}),
    "without the one that must be there": (REQUIRED, {"dip": 1, "beer": 1}, {"chips": "0.75"}),
    "with the one that must be there": (REQUIRED, {"chips": 1}, {"dip": "0.50"}),
    "no money off": (SHIPPING, {"bread": 1}, {}),
}


def put(shop, *bundles):
    shop.stock(
        *("bread", "jam", "milk", "apple", "pear", "plum", "chips", "dip", "beer", "nuts"),
        price=Decimal("2.50"),
    )
    return [shop.bundle(percent, parts, **fields) for percent, parts, fields in bundles]


def offered(shop, cart):
    content = shop.page_with(cart).placement("discount")
    return {it.product.title: it.discount.saving for it in content.suggestions}


@pytest.mark.parametrize(("bundle", "cart", "saved"), TABLE.values(), ids=TABLE)
def test_what_makes_a_bundle_whole_is_offered_with_what_it_saves(shop, bundle, cart, saved):
    put(shop, bundle)
    assert offered(shop, cart) == {name: Decimal(it) for name, it in saved.items()}


@pytest.mark.parametrize(
    "over", [{"is_live": False}, {"ends_at": timezone.now()}, {"starts_at": FAR_OFF}]
)
def test_what_does_not_run_is_not_offered(shop, over):
    (bundle,) = put(shop, PAIR)
    type(bundle).objects.update(**over)
    assert offered(shop, {"bread": 1}) == {}


def test_an_exclusive_bundle_that_keeps_its_products_is_reckoned_with(shop):
    """Complaint 61: bread and milk are taken by what is exclusive, so jam would save nothing."""
    put(shop, PAIR, (50, {"bread": 1, "milk": 1}, {"is_exclusive": True}))
    content = shop.page_with({"bread": 1, "milk": 1}).placement("discount")
    assert content.suggestions == ()
    assert [(it.step, it.reason) for it in content.decisions] == [("eligible", NO_MORE_SAVED)]


def test_only_the_difference_is_promised_where_a_better_bundle_takes_over(shop):
    put(shop, (10, {"bread": 1, "milk": 1}, {}), (30, {"bread": 1, "jam": 1}, {}))
    assert offered(shop, {"bread": 1, "milk": 1}) == {"jam": Decimal("1.00")}


def test_the_two_that_save_most_show_each_bundle_once(shop):
    put(
        shop,
        (10, {"milk": 1, "jam": 1}, {}),
        (20, {"milk": 1, "beer": 1}, {}),
        (30, {"milk": 1, "dip": 1}, {}),
        THREE_MIXED,
    )
    cart = {"milk": 1, "apple": 1, "pear": 1}
    content = shop.page_with(cart).placement("discount")
    assert [it.product.title for it in content.suggestions] == ["dip", "beer"]
    assert offered(shop, cart) == {"dip": Decimal("1.50"), "beer": Decimal("1.00")}
    reasons = {shop.name_of(it.product_id): it.reason for it in content.decisions if not it.kept}
    assert reasons["jam"] == "the placement shows 2 at most"
    assert reasons["pear"] == reasons["plum"] == ANOTHER_DOES


def test_of_several_the_one_closest_to_the_cart_is_offered(shop):
    put(shop, THREE_MIXED)
    shop.bought_with("apple", "plum")
    assert offered(shop, {"apple": 1, "pear": 1}) == {"plum": Decimal("1.00")}


def test_the_next_one_stands_in_for_what_is_banned_or_sold_out(shop):
    put(shop, THREE_MIXED)
    shop.relate("apple", "plum", verdict="ban")
    type(shop["apple"]).objects.filter(pk=shop["apple"].pk).update(stock=1)
    assert offered(shop, {"apple": 1, "pear": 1}) == {"pear": Decimal("1.00")}


def test_a_merchandiser_switches_it_off(shop):
    put(shop, PAIR)
    shop.place("discount", is_live=False)
    assert offered(shop, {"bread": 1}) == {}


@pytest.mark.parametrize(("n_lines", "n_bundles"), [(1, 1), (20, 60)])
def test_it_costs_four_queries_beside_what_every_cart_page_costs(shop, n_lines, n_bundles):
    names = [f"line {number}" for number in range(n_lines)]
    for number in range(n_bundles):
        shop.bundle(10, {names[number % n_lines]: 1, f"mate {number}": 1})
    page = shop.page(names)
    page.placement("cart")
    with CaptureQueriesContext(connection) as queries:
        assert page.placement("discount").suggestions
    assert reads_and_writes(queries) == (4, 0)
