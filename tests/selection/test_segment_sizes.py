"""How many customers a segment would have: asked of a sample, in few queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as make
from tests.queries import reads_and_writes
from xsell.adapters import get_adapter
from xsell.models import SegmentRule
from xsell.selection import segment_sizes
from xsell.selection.segment_sizes import estimate_size
from xsell.selection.segments import compiled_segment
from xsell.services.segments import count_segments

pytestmark = pytest.mark.django_db

TWICE = {"kind": "orders_at_least", "amount": 2}


@pytest.fixture
def customers(shop):
    """Eight customers; two have ordered twice, the later ones longer ago."""
    found = make.UserFactory.create_batch(8)
    for number, customer in enumerate(found):
        shop.ordered(customer, "camera", "bread", days_ago=10 * number)
    for customer in found[:2]:
        shop.ordered(customer, "bread", days_ago=5)
    return found


@pytest.fixture
def counted(shop, customers):
    shop.segment("All", {"orders_at_least": 1})
    count_segments()


def estimated(*rules):
    segment = compiled_segment("Draft", [SegmentRule(**rule) for rule in rules])
    return estimate_size(get_adapter(), segment, timezone.now())


def test_a_rule_that_is_not_stored_yet_has_a_size(counted):
    found = estimated(TWICE)
    assert (found.n_in, found.n_asked, found.n_customers, found.is_sample) == (2, 8, 8, True)
    assert found.share.lower == pytest.approx(0.0715, abs=1e-4)
    assert found.share.upper == pytest.approx(0.5907, abs=1e-4)


@pytest.mark.parametrize(
    ("rules", "n_in"),
    [
        ([], 0),
        ([{"kind": "bought_product", "is_negated": True}], 0),
        ([{"kind": "bought_category"}], 8),
        ([{"kind": "last_order_before", "days": 30}], 5),
        ([{"kind": "fact_is", "fact": "language", "value": "en-us"}], 8),
        ([TWICE, {"kind": "last_order_before", "days": 30, "group": 2}], 7),
    ],
)
def test_it_is_decided_as_the_pages_decide(shop, counted, rules, n_in):
    camera = shop["camera"]
    operands = {
        "bought_product": {"product_id": camera.pk},
        "bought_category": {"category_id": str(camera.category_id)},
    }
    found = estimated(*({**rule, **operands.get(rule["kind"], {})} for rule in rules))
    assert (found.n_in, found.n_asked) == (n_in, 8)


def test_before_any_count_the_latest_customers_are_asked(customers, monkeypatch):
    monkeypatch.setattr(segment_sizes, "LATEST_LINES", 6)
    found = estimated(TWICE)
    # The two newest orders and the two second ones: six lines of two customers.
    assert (found.n_in, found.n_asked, found.n_customers, found.is_sample) == (2, 2, None, False)


def test_an_empty_shop_has_no_size(shop):
    found = estimated(TWICE)
    assert (found.n_in, found.n_asked, found.share) == (0, 0, (0.0, 1.0))


def test_who_is_deleted_has_no_orders_any_more(counted, customers):
    customers[0].delete()
    found = estimated({**TWICE, "is_negated": True})
    assert (found.n_in, found.n_asked) == (7, 8)


@pytest.mark.parametrize(
    ("rule", "n_queries"),
    [
        ({"kind": "fact_is", "fact": "language", "value": "de"}, 2),
        (TWICE, 2 + 3),
        ({"kind": "bought_category", "category_id": "1"}, 2 + 3 + 1),
    ],
)
def test_its_queries_are_few(counted, monkeypatch, rule, n_queries):
    monkeypatch.setattr(segment_sizes, "AT_ONCE", 3)
    with CaptureQueriesContext(connection) as queries:
        estimated(rule)
    assert reads_and_writes(queries) == (n_queries, 0)


def test_it_asks_fewer_where_each_buys_a_lot(counted, monkeypatch):
    monkeypatch.setattr(segment_sizes, "AT_ONCE", 2)
    monkeypatch.setattr(segment_sizes, "LINES_AT_MOST", 6)
    # Two customers have four to six lines, four have eight or more.
    assert estimated(TWICE).n_asked in {2, 4}


def test_no_more_are_asked_than_a_sample_has(counted, monkeypatch):
    monkeypatch.setattr(segment_sizes, "ASKED_AT_MOST", 5)
    assert estimated(TWICE).n_asked == 5
