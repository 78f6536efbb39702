"""Which step a page shows, and why not the others: (ladder, cart, what was said, when) -> step."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.queries import reads_and_writes
from xsell.models import Encounter, Tier
from xsell.selection.steps import step_source

NOW = timezone.now()
PRICES = {"small": "3.00", "house": "4.00", "brand": "5.50", "organic": "7.25"}
IN_CART = "already in the cart"
NO_MORE = "the smaller one was answered: nothing more is offered on this ladder now"
SOLD_OUT = "cannot be bought now: hidden, sold out or not for this shopper"
FULL = "the placement shows 1 at most"


def rests(days_ago, days=30):
    said = NOW - timedelta(days=days_ago)
    return f"declined on {said:%Y-%m-%d}, rests until {said + timedelta(days=days):%Y-%m-%d}"


def tier(shop, name):
    return Tier.objects.get(product=shop[name]).pk


def says(shop, answer, step, name, *, days_ago=0, visit="now", customer=""):
    """A yes or a no to a step (up: "tier", down: "downsell") in some visit."""
    at = NOW - timedelta(days=days_ago)
    moment = {"yes": {"accepted_at": at}, "no": {"declined_at": at}}[answer]
    source = f"{step}:{tier(shop, name)}"
    Encounter.objects.create(source=source, visit=visit, customer_id=customer, **moment)


def stands(shop, **ladder):
    for name, price in PRICES.items():
        shop.stock(name, price=Decimal(price))
    shop.ladder(*PRICES, **ladder)
    return shop


def steps_of(shop, name, cart=(), customer_id=None, visit="now"):
    """What shows ("+" a step up, "-" one down) and why the others of the ladder do not."""
    page = shop.page(cart, customer_id=customer_id, visit=visit)
    page.now = NOW
    content, steps = page.upgrades(shop[name].pk)
    dropped = {shop.name_of(it.product_id): it.reason for it in content.decisions if not it.kept}
    shown = [("-" if it.is_downsell else "+") + it.product.title for it in steps]
    return shown, dropped


TURNED_ON = {"offers_downsell": True}
LADDERS = [
    # id, ladder, page of, cart, said, shown, why not the rest
    ("the next one", {}, "small", [], [], ["+house"], {"brand": FULL, "organic": FULL}),
    ("in the middle", {}, "house", [], [], ["+brand"], {"organic": FULL}),
    ("the highest", {}, "organic", [], [], [], {}),
    ("held already", {}, "house", ["brand"], [], ["+organic"], {"brand": IN_CART}),
    ("the current one held", {}, "house", ["house"], [], ["+brand"], {"organic": FULL}),
    (
        "a no rests, and so do the dearer ones",
        {},
        "house",
        [],
        [("no", "tier", "brand", {})],
        [],
        {"brand": rests(0), "organic": rests(0)},
    ),
    (
        "a no to a dearer one leaves the smaller step",
        {},
        "house",
        [],
        [("no", "tier", "organic", {})],
        ["+brand"],
        {"organic": rests(0)},
    ),
    (
        "seen from another page of the ladder",
        {},
        "small",
        [],
        [("no", "tier", "brand", {})],
        ["+house"],
        {"brand": rests(0), "organic": rests(0)},
    ),
    ("rested", {}, "house", [], [("no", "tier", "brand", {"days_ago": 31})], ["+brand"], None),
    (
        "almost rested",
        {},
        "house",
        [],
        [("no", "tier", "brand", {"days_ago": 29})],
        [],
        {"brand": rests(29), "organic": rests(29)},
    ),
    (
        "a week is enough here",
        {"cool_down_days": 7},
        "house",
        [],
        [("no", "tier", "brand", {"days_ago": 8})],
        ["+brand"],
        None,
    ),
    (
        "no rest at all",
        {"cool_down_days": 0},
        "house",
        [],
        [("no", "tier", "brand", {})],
        ["+brand"],
        {"organic": FULL},
    ),
    (
        "another guest's no",
        {},
        "house",
        [],
        [("no", "tier", "brand", {"visit": "somebody"})],
        ["+brand"],
        None,
    ),
    ("a yes", {}, "house", [], [("yes", "tier", "brand", {})], ["+brand"], None),
    (
        "smaller after a no",
        TURNED_ON,
        "house",
        [],
        [("no", "tier", "brand", {})],
        ["-small"],
        {"brand": rests(0), "organic": rests(0)},
    ),
    (
        "smaller after a no to the dearest",
        TURNED_ON,
        "brand",
        [],
        [("no", "tier", "organic", {})],
        ["-house"],
        {"organic": rests(0)},
    ),
    (
        "smaller is asked before the step that shows again at once",
        {**TURNED_ON, "cool_down_days": 0},
        "house",
        [],
        [("no", "tier", "brand", {})],
        ["-small"],
        {"brand": FULL, "organic": FULL},
    ),
    (
        "the lowest has none below",
        TURNED_ON,
        "small",
        [],
        [("no", "tier", "house", {})],
        [],
        {"house": rests(0), "brand": rests(0), "organic": rests(0)},
    ),
    (
        "a no to both",
        TURNED_ON,
        "house",
        [],
        [("no", "tier", "brand", {}), ("no", "downsell", "small", {})],
        [],
        {"small": rests(0), "brand": rests(0), "organic": rests(0)},
    ),
    (
        "a no to both, without any rest",
        {**TURNED_ON, "cool_down_days": 0},
        "house",
        [],
        [("no", "tier", "brand", {}), ("no", "downsell", "small", {})],
        ["+brand"],
        {"small": NO_MORE, "organic": FULL},
    ),
    (
        "once only: a no to a smaller one lower down",
        TURNED_ON,
        "brand",
        [],
        [("no", "tier", "organic", {}), ("no", "downsell", "small", {})],
        [],
        {"house": rests(0), "organic": rests(0)},
    ),
    (
        "a yes to the smaller one ends it",
        TURNED_ON,
        "house",
        ["small"],
        [("no", "tier", "brand", {}), ("yes", "downsell", "small", {})],
        [],
        {"small": IN_CART, "brand": NO_MORE, "organic": NO_MORE},
    ),
    (
        "the smaller one does not push up again",
        TURNED_ON,
        "small",
        ["small"],
        [("no", "tier", "brand", {}), ("yes", "downsell", "small", {})],
        [],
        {"house": NO_MORE, "brand": NO_MORE, "organic": NO_MORE},
    ),
    (
        "a no of an earlier visit asks for nothing smaller",
        TURNED_ON,
        "house",
        [],
        [("no", "tier", "brand", {"visit": "earlier", "customer": "7"})],
        ["+brand"],
        None,
    ),
    (
        "held already, the smaller one",
        TURNED_ON,
        "house",
        ["small"],
        [("no", "tier", "brand", {})],
        [],
        {"small": IN_CART, "brand": rests(0), "organic": rests(0)},
    ),
]


@pytest.mark.parametrize(
    ("ladder", "product", "cart", "said", "shown", "why_not"),
    [row[1:] for row in LADDERS],
    ids=[row[0] for row in LADDERS],
)
def test_what_of_a_ladder_shows_and_why_not_the_rest(
    shop, ladder, product, cart, said, shown, why_not
):
    stands(shop, **ladder)
    for answer, step, name, where in said:
        says(shop, answer, step, name, **where)
    found, dropped = steps_of(shop, product, cart)
    assert found == shown
    if why_not is not None:
        assert dropped == why_not


CUSTOMERS = [
    # id, said, asked as, shown
    ("at home and at work", {"visit": "then", "customer": "7"}, {"customer_id": "7"}, []),
    ("another customer's", {"visit": "then", "customer": "8"}, {"customer_id": "7"}, ["+brand"]),
    ("as a guest before the log-in", {"visit": "now"}, {"customer_id": "7"}, []),
    ("logged out, the same visit", {"visit": "now", "customer": "7"}, {}, []),
    ("logged out, another visit", {"visit": "then", "customer": "7"}, {}, ["+brand"]),
    ("long ago", {"visit": "then", "customer": "7", "days_ago": 40}, {"customer_id": "7"}, None),
]


@pytest.mark.parametrize(
    ("said", "who", "shown"), [row[1:] for row in CUSTOMERS], ids=[row[0] for row in CUSTOMERS]
)
def test_a_no_is_the_customer_s_over_all_visits_and_a_guest_s_in_one(shop, said, who, shown):
    stands(shop)
    says(shop, "no", "tier", "brand", **said)
    assert steps_of(shop, "house", **who)[0] == (["+brand"] if shown is None else shown)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"stock": 0}, SOLD_OUT),
        ({"is_published": False}, SOLD_OUT),
        ({"price": Decimal("4.00")}, "the smaller one costs no less"),
        ({"price": Decimal("4.50")}, "the smaller one costs no less"),
    ],
    ids=["sold out", "hidden", "as dear", "dearer"],
)
def test_a_smaller_one_that_is_none_or_cannot_be_had_is_not_shown(shop, fields, reason):
    stands(shop, **TURNED_ON)
    says(shop, "no", "tier", "brand")
    for name, value in fields.items():
        setattr(shop["small"], name, value)
    shop["small"].save()
    found, dropped = steps_of(shop, "house")
    assert (found, dropped["small"]) == ([], reason)


def test_a_curated_upsell_without_a_ladder_rests_after_a_no_too(shop):
    shop.relate("plain", "fancy", kind="upsell")
    assert steps_of(shop, "plain")[0] == ["+fancy"]
    source = step_source(shop["fancy"].pk)
    Encounter.objects.create(source=source, visit="now", declined_at=NOW)
    assert steps_of(shop, "plain") == ([], {"fancy": rests(0)})


def test_the_source_of_a_long_key_fits_its_column():
    assert step_source(7) == "step:7"
    assert len(step_source("k" * 255)) <= 64
    assert step_source("k" * 254) != step_source("k" * 255)


@pytest.mark.parametrize(
    ("visit", "customer", "n_queries"), [("", None, 0), ("now", None, 1), ("", "7", 1)]
)
def test_what_was_said_is_one_query_and_none_for_who_said_nothing(shop, visit, customer, n_queries):
    stands(shop)
    with CaptureQueriesContext(connection) as queries:
        page = shop.page(visit=visit, customer_id=customer)
        page.upgrades(shop["house"].pk)
        page.tier_table(shop["house"].pk)
    n_encounters = sum("xsell_encounter" in it["sql"] for it in queries)
    assert (n_encounters, reads_and_writes(queries)[1]) == (n_queries, 0)
