"""Live offers that cannot show, or lead nowhere, as they are written."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from demo_shop.models import Product
from tests import factories as make
from tests.queries import reads_and_writes
from xsell.adapters import get_adapter
from xsell.models import Offer, OfferCondition
from xsell.selection.offer_health import examine_offers

NOW = timezone.now()
YESTERDAY = NOW - timedelta(days=1)
ENDED = "2020-01-01/2020-01-31"


def faults():
    adapter = get_adapter()
    return examine_offers(adapter, adapter.products(adapter.context_for()), now=NOW)


def named():
    """Fault -> names of the offers that have it; faults that none has are left out."""
    found = {fault: [name for _, name in it.examples] for fault, it in faults().items()}
    return {fault: names for fault, names in found.items() if names}


@pytest.mark.parametrize(
    ("groups", "is_flagged"),
    [
        ([], False),
        ([{"has_product": "camera"}], False),
        ([{"in_segment": "nobody"}], True),
        ([{"not in_segment": "nobody"}], False),
        ([{"in_segment": "regulars"}], False),
        ([{"in_segment": "nobody"}, {"has_product": "camera"}], False),
        ([{"in_segment": "nobody"}, {"dates": ENDED}], True),
        ([{"has_category": "777"}], True),
        ([{"any_category": "777,778"}], True),
        ([{"any_category": "777,known"}], False),
        ([{"not has_category": "777"}], False),
        ([{"dates": ENDED}], True),
        ([{"not dates": ENDED}], False),
        ([{"dates": "2020-01-01/2999-01-01"}], False),
        ([{"is_customer": (), "not is_customer": ()}], True),
        ([{"has_product": "camera", "not has_product": "camera"}], True),
        ([{"has_product": "camera", "not has_product": "case"}], False),
    ],
)
def test_conditions_that_cannot_hold_are_told(shop, groups, is_flagged):
    segments = {
        "nobody": make.SegmentFactory(name="Nobody"),
        "regulars": shop.segment("Regulars", {"orders_at_least": 2}),
    }
    known = str(shop["camera"].category_id)
    told = [
        {
            kind: segments.get(it, it.replace("known", known)) if isinstance(it, str) else it
            for kind, it in group.items()
        }
        for group in groups
    ]
    shop.offer("strap", *told, name="Strap")
    assert named() == ({"conditions never hold": ["Strap"]} if is_flagged else {})


@pytest.mark.parametrize(
    ("kind", "groups", "is_flagged"),
    [
        ("bump", [{"has_product": "strap"}], True),
        ("bump", [{"has_product": "strap"}, {"has_product": "camera"}], False),
        ("bump", [{"not has_product": "strap"}], False),
        ("cross_sell", [{"has_product": "strap"}], False),
    ],
)
def test_a_bump_that_asks_for_its_own_product_is_told(shop, kind, groups, is_flagged):
    shop.offer("strap", *groups, name="Strap", kind=kind)
    assert named() == ({"bump asks for itself": ["Strap"]} if is_flagged else {})


@pytest.mark.parametrize(
    ("changes", "is_flagged"), [({"stock": 0}, True), ({"is_published": False}, True), ({}, False)]
)
def test_an_up_sell_for_what_is_not_sold_is_told(shop, changes, is_flagged):
    shop.stock("old", **changes)
    shop.offer("new", name="Newer", kind="upsell", replaced_product="old")
    assert named() == ({"replaces what is not sold": ["Newer"]} if is_flagged else {})


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({"state": "live"}, {}),
        ({"state": "draft"}, {"leads to what is not live": ["First"]}),
        ({"state": "paused"}, {"leads to what is not live": ["First"]}),
        ({"state": "shadow"}, {"leads to what is not live": ["First"]}),
        (
            {"ends_at": YESTERDAY},
            {"over": ["Second"], "leads to what is not live": ["First"]},
        ),
    ],
)
@pytest.mark.parametrize("answer", ["next_if_accepted", "next_if_declined"])
def test_a_sequence_that_breaks_off_is_told(shop, answer, second, told):
    follower = shop.offer("small", name="Second", kind="cross_sell", **second)
    shop.offer("strap", name="First", **{answer: follower})
    assert named() == told


@pytest.mark.parametrize(
    ("first", "kind", "is_flagged"),
    [
        (None, "downsell", True),
        ({"state": "draft"}, "downsell", True),
        ({"state": "shadow"}, "downsell", True),
        ({"state": "shadow"}, "cross_sell", True),
        ({"state": "live"}, "downsell", False),
        ({"state": "live"}, "cross_sell", False),
        (None, "cross_sell", False),
    ],
)
def test_what_follows_nothing_that_shows_is_told(shop, first, kind, is_flagged):
    follower = shop.offer("small", name="Second", kind=kind)
    if first is not None:
        shop.offer("strap", name="First", next_if_declined=follower, **first)
    assert named() == ({"follows what does not show": ["Second"]} if is_flagged else {})


def test_a_condition_that_cannot_be_read_is_told(shop):
    shop.offer("strap", {"weekdays": "1"}, name="Strap")
    OfferCondition.objects.update(value="soon")
    assert named() == {"refused": ["Strap"]}


def test_a_protected_trait_of_a_segment_is_told(shop):
    segment = shop.segment("Women", {"fact_is": ("gender", "f")})
    shop.offer("strap", {"in_segment": segment}, name="Strap", benefit="free_shipping")
    assert named() == {"refused": ["Strap"]}


@pytest.mark.parametrize("state", ["draft", "shadow", "paused"])
def test_what_is_not_live_is_left_alone(shop, state):
    shop.offer("strap", {"dates": ENDED}, state=state, kind="downsell")
    shop.offer("case", state=state, ends_at=YESTERDAY)
    assert named() == {}


def test_what_is_over_has_no_other_fault(shop):
    shop.offer("strap", {"dates": ENDED}, name="Strap", ends_at=YESTERDAY)
    assert named() == {"over": ["Strap"]}


def test_many_are_counted_and_a_few_named(shop):
    for number in range(7):
        shop.offer("strap", {"dates": ENDED}, name=f"Strap {number}")
    flagged = faults()["conditions never hold"]
    assert (flagged.n_offers, len(flagged.examples)) == (7, 5)
    assert flagged.examples[0][1] == "Strap 0"


def test_many_offers_cost_as_many_queries_as_few(shop):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            faults()
        return reads_and_writes(queries)

    category = str(shop["camera"].category_id)
    for rounds in (1, 20):
        for _ in range(rounds):
            first = shop.offer("strap", {"has_category": category}, {"dates": ENDED})
            shop.offer("case", {"has_category": "777"}, next_if_declined=first, kind="upsell",
                       replaced_product="old")  # fmt: skip
        Product.objects.update(stock=0)
        assert asked() == (6, 0)
    assert Offer.objects.count() == 42
