"""Segments where keys are UUIDs, orders name the parents of variants, and times have no zone."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.hosts.uuid_shop.factories import OrderFactory, OrderLineFactory
from tests.hosts.uuid_shop.models import Shopper
from xsell.adapters import get_adapter
from xsell.models import Segment, SegmentMember
from xsell.selection.segment_sizes import estimate_size
from xsell.selection.segments import shopper_segments, stored_segments

pytestmark = pytest.mark.django_db

NOT = "not "


@pytest.fixture
def shoppers(shop):
    """One who bought a shirt long ago and socks today, one with a cap, one with nothing."""
    today = timezone.now().replace(hour=0, minute=30)
    found = [Shopper.objects.create(email=f"{name}@example.com") for name in ("a", "b", "c")]
    for shopper, name, days_ago in ((0, "L", 100), (0, "socks", 0), (1, "cap", 1)):
        placed_at = today - timedelta(days=days_ago)
        order = OrderFactory(shopper=found[shopper], placed_at=placed_at)
        OrderLineFactory(order=order, product=shop[name])
    return found


@pytest.fixture
def segments(shop, shoppers):
    def segment(name, kind, **columns):
        row = Segment.objects.create(name=name)
        plain = kind.removeprefix(NOT)
        row.rules.create(kind=plain, is_negated=kind != plain, **columns)

    segment("shirt", "bought_product", product=shop["shirt"])
    segment("no shirt lately", "not bought_product", product=shop["shirt"], within_days=100)
    segment("clothes", "bought_category", category_id="socks")
    segment("today", "orders_at_least", amount=1, within_days=1)
    segment("not today", "last_order_before", days=1)
    segment("new", "not orders_at_least", amount=1)


@pytest.mark.parametrize(
    ("number", "names"),
    [
        (0, {"shirt", "no shirt lately", "clothes", "today"}),
        (1, {"no shirt lately", "not today"}),
        (2, {"no shirt lately", "new"}),
    ],
)
def test_a_shopper_is_in_the_same_segments_on_a_page_and_in_the_count(
    shoppers, segments, capsys, number, names
):
    adapter, stored = get_adapter(), stored_segments()
    key = str(shoppers[number].pk)
    found = shopper_segments(adapter, stored, adapter.context_for(key), timezone.now())
    assert {it.name for it in stored if it.segment_id in found} == names
    call_command("xsell_segments")
    assert capsys.readouterr().out.splitlines()[0] == "2 customers, 3 order lines"
    counted = SegmentMember.objects.filter(customer_id=key)
    has_ordered = number < 2
    assert {it.segment.name for it in counted} == (names if has_ordered else set())


def test_a_sample_of_them_is_asked(shoppers, segments):
    call_command("xsell_segments")
    shirt = next(it for it in stored_segments() if it.name == "shirt")
    found = estimate_size(get_adapter(), shirt, timezone.now())
    assert (found.n_in, found.n_asked, found.n_customers) == (1, 2, 2)


def test_one_shopper_is_explained(shoppers, segments, capsys):
    call_command("xsell_explain", "--segment", "shirt", "--customer", str(shoppers[0].pk))
    assert "is in it" in capsys.readouterr().out
    with pytest.raises(CommandError, match="'7' is no customer's id"):
        call_command("xsell_explain", "--segment", "shirt", "--customer", "7")
