"""What one shopper is recommended, and why not the rest."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.queries import reads_and_writes
from tests.selection.regulars import Regular, bought_again, goes_on
from xsell.adapters.visits import PERSONAL
from xsell.models import MiningRun
from xsell.selection.recommended import recommended_for
from xsell.selection.rulebook import rulebook
from xsell.values import BecauseKind, Source

pytestmark = pytest.mark.django_db
CONSENT = frozenset({PERSONAL})


@pytest.fixture
def robin(shop):
    """Their placement shows one product too, if there is no more."""
    shop.place("recommended", min_items=1)
    return Regular(shop)


def suggestion(content, name):
    return next(it for it in content.suggestions if it.product.title == name)


# ------------------------------------------------------------------------------------- due again


@pytest.mark.parametrize(
    ("bought_days_ago", "all_customers_gap", "is_due"),
    [
        ((60, 40, 20), None, True),  # every twenty days, and twenty ago
        ((60, 40, 20), 300, True),  # their own rhythm, not that of all
        ((44, 24, 4), 4, False),
        ((56, 36, 16), None, True),  # from 0.8 gaps
        ((55, 35, 15), None, False),
        ((80, 60, 40), None, True),  # until two gaps
        ((81, 61, 41), None, False),
        ((20,), 20, True),  # who bought it once has the rhythm of all
        ((40, 20), 20, True),
        ((40, 20), 100, False),
        ((20,), None, False),  # nobody knows
    ],
)
def test_what_is_due_again(robin, shop, bought_days_ago, all_customers_gap, is_due):
    for days_ago in bought_days_ago:
        robin.bought("coffee", days_ago=days_ago)
    if all_customers_gap:
        bought_again(shop, "coffee", all_customers_gap)
    assert robin.shown() == (["coffee"] if is_due else [])


def test_why_something_is_not_due(robin, shop):
    bought_again(shop, "coffee", 100)
    bought_again(shop, "tea", 4)
    robin.bought("coffee", "tea", days_ago=20)
    assert robin.reasons(Source.DUE) == {
        "coffee": "not due yet: last bought 20 days ago, the product's gap is 100 days",
        "tea": "long overdue: last bought 20 days ago, the product's gap is 4 days",
    }


def test_two_orders_on_a_day_are_one_purchase(robin, shop):
    for days_ago in (40, 20, 20):
        robin.bought("coffee", days_ago=days_ago)
    assert robin.shown() == []


def test_what_is_due_says_when_it_was_bought(robin, shop):
    bought_again(shop, "coffee", 30)
    robin.bought("coffee", days_ago=35)
    because = suggestion(robin.content(), "coffee").because
    assert (because.kind, because.days_ago, because.weeks_ago, because.months_ago) == (
        BecauseKind.DUE, 35, 5, 0,
    )  # fmt: skip


def test_what_is_in_the_cart_is_not_due(robin, shop):
    bought_again(shop, "coffee", 30)
    robin.bought("coffee", days_ago=35)
    assert robin.shown(cart=["coffee"]) == []
    assert robin.reasons(Source.DUE, cart=["coffee"]) == {"coffee": "already in the cart"}


def test_a_regular_s_full_cupboard_leaves_room_for_others(robin, shop):
    names = [f"staple {number}" for number in range(5)]
    for name in names:
        bought_again(shop, name, 30)
    robin.bought(*names, days_ago=35)
    shop.place("recommended", max_items=6, max_per_category=None)
    assert list(robin.reasons(Source.DUE).values())[2:] == ["2 from this source at most"] * 3


# ------------------------------------------------------------------------------------- next step


@pytest.mark.parametrize(
    ("days_ago", "fields", "reason"),
    [
        (45, {}, "number 1 of recommended"),
        (30, {}, "number 1 of recommended"),
        (90, {}, "number 1 of recommended"),
        (29, {}, "customers go on to it 30 to 90 days after; it has been 29"),
        (91, {}, "customers go on to it 30 to 90 days after; it has been 91"),
        (45, {"n_both": 4}, "only 4.0% of the customers went on to it"),
    ],
)
def test_the_next_step_comes_when_others_took_it(robin, shop, days_ago, fields, reason):
    goes_on(shop, "camera", "lens", **fields)
    robin.bought("camera", days_ago=days_ago)
    assert robin.reasons(Source.NEXT_STEP) == {"lens": reason}


def test_the_first_purchase_begins_the_step(robin, shop):
    goes_on(shop, "camera", "lens")
    robin.bought("camera", days_ago=200)
    robin.bought("camera", days_ago=45)
    assert robin.shown() == []


def test_who_has_it_takes_no_step_to_it(robin, shop):
    goes_on(shop, "camera", "lens")
    robin.bought("camera", days_ago=45)
    robin.bought("lens", days_ago=300)
    assert robin.reasons(Source.NEXT_STEP) == {"lens": "the customer has bought it already"}


def test_a_step_says_how_many_took_it(robin, shop):
    goes_on(shop, "camera", "lens", n_both=19)
    robin.bought("camera", days_ago=45)
    because = suggestion(robin.content(), "lens").because
    # 19 of 100 are not 1 in 5.
    assert (because.anchor_title, because.one_in, because.months) == ("camera", 6, 3)


def test_what_people_banned_follows_nothing(robin, shop):
    goes_on(shop, "camera", "lens")
    shop.relate("camera", "lens", verdict="ban")
    robin.bought("camera", days_ago=45)
    assert robin.reasons(Source.NEXT_STEP) == {"lens": "banned by a curated relation"}


# ------------------------------------------------------------------------ history, cart and views


def test_what_was_bought_before_completes_the_cart(robin, shop):
    shop.best_sellers("bread", "milk", "jam")
    shop.bought_with("bread", "jam")
    robin.bought("bread", "milk", days_ago=5)
    robin.bought("milk", days_ago=4)
    content = robin.content(cart=["bread"])
    assert [it.product.title for it in content.suggestions][:2] == ["jam", "milk"]
    assert suggestion(content, "milk").because.kind is BecauseKind.BOUGHT
    assert suggestion(content, "jam").evidence.n_both == 40


@pytest.mark.parametrize(
    ("consent", "visit", "shown"),
    [
        (CONSENT, "today", ["strap"]),
        (frozenset(), "today", []),
        (frozenset({"statistics"}), "today", []),
        (CONSENT, "another", []),
        (CONSENT, "", []),
    ],
)
def test_a_guest_sees_what_goes_with_what_they_viewed_if_they_agreed(
    robin, shop, consent, visit, shown
):
    shop.bought_with("camera", "strap")
    robin.viewed("camera")
    content = shop.content("recommended", consent=consent, visit=visit)
    assert [it.product.title for it in content.suggestions] == shown
    for it in content.suggestions:
        assert (it.because.kind, it.because.anchor_title) == (BecauseKind.VIEWED, "camera")


def test_a_customer_s_views_are_theirs_on_every_visit(robin, shop):
    shop.bought_with("camera", "strap")
    robin.viewed("camera", visit="last week", customer_id=robin.customer_id)
    assert robin.shown(consent=CONSENT) == ["strap"]
    assert robin.shown() == []


def test_what_was_viewed_and_is_in_the_cart_is_told_of_the_cart(robin, shop):
    shop.best_sellers("strap")
    shop.bought_with("camera", "strap")
    robin.viewed("camera")
    content = shop.content("recommended", "", ["camera"], consent=CONSENT, visit="today")
    assert [(it.product.title, it.source) for it in content.suggestions] == [
        ("strap", Source.HISTORY)
    ]
    assert content.suggestions[0].because is None


@pytest.mark.parametrize("luck", [{"n_both": 2}, {"lift_lower": 0.9}, {"verdict": "ban"}])
def test_because_you_viewed_is_said_of_true_pairs_only(robin, shop, luck):
    if "verdict" in luck:
        shop.bought_with("camera", "strap")
        shop.relate("camera", "strap", **luck)
    else:
        shop.bought_with("camera", "strap", **luck)
    robin.viewed("camera")
    assert shop.shown("recommended", consent=CONSENT, visit="today") == []


def test_who_is_unknown_gets_best_sellers_under_an_honest_heading(robin, shop):
    shop.best_sellers("milk", "bread")
    content = shop.content("recommended")
    assert [it.product.title for it in content.suggestions] == ["milk"]
    assert content.heading == "You might like these"


# ---------------------------------------------------------------------------------------- doors


def test_a_mail_needs_no_request(robin, shop):
    bought_again(shop, "coffee", 30)
    robin.bought("coffee", days_ago=35)
    content = recommended_for(robin.customer_id)
    assert [it.product.title for it in content.suggestions] == ["coffee"]
    later = timezone.now() + timedelta(days=60)
    assert recommended_for(robin.customer_id, now=later).suggestions == ()


@pytest.mark.parametrize("n_orders", [1, 30])
def test_it_costs_seven_queries_beside_the_cart_and_writes_nothing(robin, shop, n_orders):
    shop.best_sellers("milk", "bread")
    shop.bought_with("camera", "strap")
    goes_on(shop, "milk", "lens")
    bought_again(shop, "milk", 30)
    robin.viewed("camera")
    for number in range(n_orders):
        robin.bought("milk", f"thing {number}", days_ago=35 + number)
    page = shop.page(["bread"], customer_id=robin.customer_id, consent=CONSENT, visit="today")
    rulebook()
    with CaptureQueriesContext(connection) as queries:
        content = page.placement("recommended")
    # Rules, views, history, the run, its rows, what is related to the cart, details.
    assert reads_and_writes(queries) == (7, 0)
    assert len(content.suggestions) >= 3


def test_without_a_run_nothing_is_known_but_the_customer_s_own_rhythm(robin, shop):
    MiningRun.objects.update(is_active=False)
    for days_ago in (60, 40, 20):
        robin.bought("coffee", days_ago=days_ago)
    assert robin.shown() == ["coffee"]


def test_other_placements_read_nothing_of_it(robin, shop):
    robin.bought("coffee", days_ago=20)
    page = shop.page(customer_id=robin.customer_id)
    rulebook()
    with CaptureQueriesContext(connection) as queries:
        page.placement("cart")
    asked = " ".join(it["sql"] for it in queries)
    for table in ("orderline", "productview", "nextpurchase", "repurchasegap"):
        assert table not in asked
