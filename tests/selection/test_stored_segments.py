"""Segments as the rows hold them, and placements that are for a segment alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as make
from tests.queries import reads_and_writes
from xsell.adapters import get_adapter
from xsell.models import SegmentRule
from xsell.selection.segments import shopper_segments, stored_segments

pytestmark = pytest.mark.django_db


def names_of(customer=None, **facts):
    adapter, segments = get_adapter(), stored_segments()
    context = adapter.context_for(None if customer is None else str(customer.pk))
    found = shopper_segments(adapter, segments, context, timezone.now())
    return [it.name for it in segments if it.segment_id in found]


@pytest.fixture
def segments(shop):
    shop.segment("Nobody")
    shop.segment("New", {"not orders_at_least": 1})
    shop.segment("Regulars", {"orders_at_least": 2, "last_order_before": 3})
    shop.segment("Photographers", {"bought_product": "camera"}, {"bought_with": ("Brand", "Canon")})
    shop.stock("lens", brand="Canon")


@pytest.mark.parametrize("n_segments", [1, 40])
def test_all_segments_are_read_in_one_query(shop, django_assert_num_queries, n_segments):
    for number in range(n_segments):
        shop.segment(
            f"S{number}",
            {"orders_at_least": 1, "spent_at_least": 5},
            {"fact_is": ("age_band", "30-39")},
        )
    with django_assert_num_queries(1):
        found = stored_segments()
    assert [len(it.groups) for it in found] == [2] * n_segments
    assert [len(group) for group in found[0].groups] == [2, 1]


def test_a_customer_is_in_the_segments_whose_rules_hold(shop, segments):
    old, new = make.UserFactory(), make.UserFactory()
    shop.ordered(old, "camera", days_ago=9)
    shop.ordered(old, "bread", days_ago=4)
    shop.ordered(new, "lens")
    assert names_of() == ["New"]
    assert names_of(make.UserFactory()) == ["New"]
    assert names_of(old) == ["Regulars", "Photographers"]
    assert names_of(new) == ["Photographers"]


@pytest.mark.parametrize(
    ("rule", "n_queries"),
    [
        ({"fact_is": ("language", "de")}, 0),
        ({"orders_at_least": 1}, 1),
        ({"bought_category": "7"}, 2),
    ],
)
def test_no_more_is_read_than_the_rules_need(shop, django_assert_num_queries, rule, n_queries):
    shop.segment("Some", rule)
    customer, adapter, segments = make.UserFactory(), get_adapter(), stored_segments()
    shop.ordered(customer, "camera", "lens")
    now = timezone.now()
    with django_assert_num_queries(n_queries):
        shopper_segments(adapter, segments, adapter.context_for(str(customer.pk)), now)
    with django_assert_num_queries(0):
        shopper_segments(adapter, segments, adapter.context_for(), now)


# -------------------------------------------------------------------------------------- placements


@pytest.fixture
def for_regulars(shop):
    shop.relate("camera", "strap", "case")
    shop.place("product-page", segment=shop.segment("Regulars", {"orders_at_least": 2}))


def test_a_placement_for_a_segment_is_empty_for_others(shop, for_regulars):
    regular = make.UserFactory()
    for days_ago in (3, 9):
        shop.ordered(regular, "bread", days_ago=days_ago)
    assert shop.shown("product-page", "camera") == []
    assert shop.shown("product-page", "camera", customer_id=str(regular.pk)) == ["strap", "case"]
    withheld = shop.content("product-page", "camera").withheld
    assert withheld == "the placement is for a segment that this shopper is not in"


def test_it_costs_one_query_more_and_nobody_else_pays_it(shop, for_regulars):
    customer = make.UserFactory()
    shop.ordered(customer, "bread")
    for slug, n_more in (("cart", 0), ("product-page", 1)):
        page = shop.page(cart=["bread"], customer_id=str(customer.pk))
        assert page.placements
        with CaptureQueriesContext(connection) as queries:
            page.placement(slug)
        is_empty = slug == "product-page"
        assert reads_and_writes(queries) == (n_more if is_empty else 2, 0)


# ------------------------------------------------------------------------------- deleted products


@pytest.mark.parametrize(
    ("groups", "left"),
    [
        ([{"bought_product": "camera", "orders_at_least": 2}, {"orders_at_least": 9}], [(2, 9)]),
        ([{"not bought_product": "camera", "orders_at_least": 2}], [(1, 2)]),
        ([{"bought_product": "camera"}], []),
    ],
)
def test_a_segment_never_grows_when_a_product_is_deleted(shop, groups, left):
    shop.segment("Some", *groups)
    shop["camera"].delete()
    assert list(SegmentRule.objects.values_list("group", "amount")) == left


def test_a_rule_that_is_taken_out_takes_no_other_along(shop):
    segment = shop.segment("Some", {"bought_product": "camera", "orders_at_least": 2})
    segment.rules.get(kind="bought_product").delete()
    assert segment.rules.count() == 1
