"""Counting: the same answers as on the pages, of all customers, and all or nothing."""

import tempfile

import pytest
from django.utils import timezone

from tests import factories as make
from xsell.adapters import get_adapter
from xsell.exceptions import UnknownSegment
from xsell.models import RulesRevision, SampledCustomer, Segment, SegmentMember
from xsell.selection.segments import shopper_segments, stored_segments
from xsell.services import segments as counting
from xsell.services.segments import count_segments

pytestmark = pytest.mark.django_db


@pytest.fixture
def customers(shop):
    """Five customers, one of whom buys a lot; a guest; and somebody without orders."""
    found = make.UserFactory.create_batch(6)
    shop.stock("lens", brand="Canon")
    for number, names in enumerate(["camera", "camera lens", "lens", "bread", "bread strap"]):
        shop.ordered(found[number], *names.split(), days_ago=10 * number)
    for days_ago in range(5):
        shop.ordered(found[0], "bread", "lens", days_ago=days_ago)
    shop.ordered(None, "camera")
    return found


@pytest.fixture
def segments(shop, customers):
    return [
        shop.segment("Nobody"),
        shop.segment("All", {"orders_at_least": 1}),
        shop.segment("Regulars", {"orders_at_least": 2, "spent_at_least": 10}),
        shop.segment(
            "Photographers", {"bought_product": "camera"}, {"bought_with": ("Brand", "Canon")}
        ),
        shop.segment("Lapsed", {"last_order_before": 20}),
        shop.segment("Not German", {"not fact_is": ("language", "de")}),
    ]


def members():
    found = {}
    for name, customer_id in SegmentMember.objects.values_list("segment__name", "customer_id"):
        found.setdefault(name, set()).add(customer_id)
    return found


def on_pages(customers):
    """Who is in what, as each one's own page decides."""
    adapter, compiled, found = get_adapter(), stored_segments(), {}
    for customer in customers:
        context = adapter.context_for(str(customer.pk))
        ids = shopper_segments(adapter, compiled, context, timezone.now())
        for it in compiled:
            if it.segment_id in ids:
                found.setdefault(it.name, set()).add(context.customer_id)
    return found


@pytest.mark.parametrize("lines_at_once", [1, 4, 20_000])
def test_it_counts_as_the_pages_decide(customers, segments, monkeypatch, lines_at_once):
    monkeypatch.setattr(counting, "LINES_AT_ONCE", lines_at_once)
    monkeypatch.setattr(counting, "ROWS_AT_ONCE", min(3, lines_at_once))
    monkeypatch.setattr(counting, "PRODUCTS_KEPT", lines_at_once)
    figures = count_segments()
    assert members() == on_pages(customers[:5])
    assert figures["customers"] == 5
    assert figures["lines"] == 17
    sizes = {it["name"]: it["members"] for it in figures["segments"]}
    assert sizes == {
        "Nobody": 0,
        "All": 5,
        "Regulars": 1,
        "Photographers": 3,
        "Lapsed": 3,
        "Not German": 5,
    }
    for segment in Segment.objects.all():
        assert (segment.n_members, segment.n_customers) == (sizes[segment.name], 5)
        assert not segment.is_outdated


def test_it_counts_the_same_twice_and_what_changed_in_between(shop, customers, segments):
    count_segments()
    before = members()
    count_segments()
    assert members() == before
    shop.ordered(customers[4], "bread", days_ago=1)
    shop.ordered(customers[4], "bread", days_ago=2)
    count_segments()
    assert members()["Regulars"] == {str(it.pk) for it in (customers[0], customers[4])}
    assert str(customers[4].pk) not in members()["Lapsed"]


def test_only_those_named_are_counted(customers, segments):
    assert [it["name"] for it in count_segments(names=["Lapsed"])["segments"]] == ["Lapsed"]
    assert set(members()) == {"Lapsed"}
    assert Segment.objects.filter(counted_at__isnull=False).count() == 1
    with pytest.raises(UnknownSegment, match=r"no segment 'Nomads'. Known: All, Lapsed"):
        count_segments(names=["Nomads"])


def test_a_count_that_breaks_has_changed_nothing(shop, customers, segments, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    count_segments()
    before = members()
    shop.ordered(customers[4], "bread")
    shop.ordered(customers[3], "bread")
    monkeypatch.setattr(counting, "LINES_AT_ONCE", 1)
    adapter, calls = type(get_adapter()), []

    def gone(self, ids):
        calls.append(ids)
        if len(calls) > 2:
            raise ConnectionError("gone")
        return adapter.__mro__[1].contexts_for(self, ids)

    monkeypatch.setattr(adapter, "contexts_for", gone)
    with pytest.raises(ConnectionError):
        count_segments()
    assert members() == before
    assert not list(tmp_path.iterdir())


def test_a_segment_that_is_deleted_meanwhile_is_left_out(customers, segments, monkeypatch):
    decided = counting.segments_of

    def and_delete(*args):
        Segment.objects.filter(name="All").delete()
        return decided(*args)

    monkeypatch.setattr(counting, "segments_of", and_delete)
    figures = count_segments()
    assert {"name": "All", "members": 0} in figures["segments"]
    assert "All" not in members()
    assert len(members()["Photographers"]) == 3


def test_of_a_customer_who_buys_by_the_thousand_the_newest_lines_count(
    shop, customers, segments, monkeypatch
):
    monkeypatch.setattr("xsell.selection.histories.MOST_LINES", 2)
    monkeypatch.setattr("xsell.selection.history.MOST_LINES", 2)
    count_segments()
    assert members() == on_pages(customers[:5])
    assert "Regulars" not in members()


def test_it_is_no_change_of_the_rules(customers, segments):
    before = RulesRevision.objects.get().token
    count_segments()
    assert RulesRevision.objects.get().token == before


def test_a_change_after_the_count_is_seen(customers, segments):
    count_segments()
    segment = Segment.objects.get(name="Regulars")
    segment.save()
    assert segment.is_outdated


def test_the_sample_is_drawn_of_all_customers(customers, segments, monkeypatch):
    count_segments()
    everybody = {str(it.pk) for it in customers[:5]}
    assert set(SampledCustomer.objects.values_list("customer_id", flat=True)) == everybody
    monkeypatch.setattr(counting, "ASKED_AT_MOST", 2)
    drawn = set()
    for _ in range(60):
        count_segments(names=["Nobody"])
        some = set(SampledCustomer.objects.values_list("customer_id", flat=True))
        assert len(some) == 2
        drawn |= some
    # Each of the five is left out of all sixty with probability 0.6 ** 60.
    assert drawn == everybody


def test_a_shop_without_segments_or_orders_is_counted_in_no_time(shop):
    assert count_segments() == {"customers": 0, "lines": 0, "segments": []}
    shop.segment("All", {"orders_at_least": 1})
    assert count_segments()["segments"] == [{"name": "All", "members": 0}]
    assert not SampledCustomer.objects.exists()


def test_it_says_how_far_it_is(customers, segments):
    said = []
    count_segments(progress=lambda *it: said.append(it))
    assert said[0] == ("deciding", 17, 17)
    assert said[-1] == ("writing segments", 6, 6)


def test_queries_do_not_grow_with_the_customers(shop, segments, django_assert_max_num_queries):
    for customer in make.UserFactory.create_batch(30):
        shop.ordered(customer, "bread")
    # Six for the rules, orders and details; some for each of the segments and for the sample.
    with django_assert_max_num_queries(6 + 7 * 6):
        count_segments()
