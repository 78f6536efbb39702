"""The lists: products by name, in as many queries for thirty rows as for three."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as make
from tests.queries import reads_and_writes
from xsell.models import SegmentMember

SCRIPT = "<script>alert('x')</script>"


def relations(shop, names):
    shop.relate("camera", *names)


def pairs(shop, names):
    shop.bought_with("camera", *names)


def best_sellers(shop, names):
    shop.best_sellers(*names)


def ladders(shop, names):
    for name in names:
        shop.ladder("camera", name)


def bundles(shop, names):
    for name in names:
        shop.bundle(10, {"camera": 1, name: 2})


def offers(shop, names):
    for name in names:
        category = str(shop[name].category_id)
        follower = shop.offer("case", kind="downsell", replaced_product="camera")
        shop.offer(
            name,
            {"has_product": name, "total_at_least": 20},
            {"has_category": category, "in_segment": shop.segment(f"Who likes {name}")},
            {"any_product": f"{shop[name].pk},{shop['camera'].pk}"},
            next_if_declined=follower,
        )


def runs(shop, names):
    for _name in names:
        make.MiningRunFactory(is_active=False)


def placements(shop, names):
    for name in names:
        make.PlacementFactory(heading=name)


def segments(shop, names):
    for name in names:
        category = str(shop[name].category_id)
        shop.segment(name, {"bought_product": name, "orders_at_least": 2})
        shop.segment(f"{name} 2", {"bought_category": category}, {"not bought_product": name})


def named_segments(shop, names):
    for name in names:
        shop.segment(f"Segment {len(name)}", {"bought_product": name}, {"orders_at_least": 1})


def members(shop, names):
    for name in names:
        row = make.SegmentFactory(name=name)
        SegmentMember.objects.create(segment=row, customer_id="7")


FILLED = {
    "productrelation": relations,
    "copurchase": pairs,
    "bestseller": best_sellers,
    "tierladder": ladders,
    "tier": ladders,
    "bundle": bundles,
    "offer": offers,
    "miningrun": runs,
    "placement": placements,
    "segment": segments,
    "segmentmember": members,
}


@pytest.mark.parametrize("model", FILLED)
def test_a_list_costs_as_many_queries_for_thirty_rows_as_for_three(desk, shop, model):
    counts = []
    for names in ([f"few {n}" for n in range(3)], [f"many {n}" for n in range(27)]):
        FILLED[model](shop, names)
        with CaptureQueriesContext(connection) as queries:
            rows = desk.rows(model)
        assert len(rows) >= len(names)
        counts.append(reads_and_writes(queries))
    assert counts[0] == counts[1]
    assert counts[0][1] == 0


@pytest.mark.parametrize("model", ["miningrun", "placement", "segmentmember"])
def test_lists_without_products_ask_the_shop_nothing(desk, shop, model, monkeypatch):
    def ask(*args, **kwargs):
        raise AssertionError("the shop was asked")

    monkeypatch.setattr("demo_shop.xsell_adapter.ShopAdapter.details", ask)
    assert desk.list(model).status_code == 200


@pytest.mark.parametrize("model", [it for it in FILLED if it != "miningrun"])
def test_markup_in_a_name_is_shown_as_text(desk, shop, model):
    FILLED[model](shop, [SCRIPT])
    page = desk.list(model).content.decode()
    assert SCRIPT not in page
    assert "&lt;script&gt;alert(" in page


def test_a_product_that_cannot_be_bought_is_marked(desk, shop):
    shop.stock("strap", stock=0)
    shop.relate("camera", "strap")
    assert "strap (cannot be bought now)" in desk.list("productrelation").content.decode()


def test_a_product_that_is_gone_is_named_by_its_key(desk, shop):
    shop.bought_with("camera", "strap")
    gone = shop["strap"].pk
    shop["strap"].delete()
    page = desk.list("copurchase").content.decode()
    assert f"product {gone}, which the shop does not have any more" in page


@pytest.mark.parametrize(
    ("model", "fill"),
    [
        ("productrelation", relations),
        ("tierladder", ladders),
        ("tier", ladders),
        ("bundle", bundles),
        ("offer", offers),
        ("segment", named_segments),
    ],
)
def test_rows_are_found_by_a_products_name(desk, shop, model, fill):
    fill(shop, ["brown strap", "leather case"])
    found = desk.rows(model, q="leather case")
    assert len(found) == 1
    assert len(desk.rows(model)) > 1
    assert desk.rows(model, q="no such thing") == []


@pytest.mark.parametrize("text", ["'; DROP TABLE", "%", "\x00", "9" * 40, "  "])
def test_odd_searches_break_nothing(desk, shop, text):
    shop.relate("camera", "strap")
    assert desk.list("productrelation", q=text).status_code == 200


@pytest.mark.parametrize(
    ("starts_in_days", "ends_in_days", "state", "found_by"),
    [
        (None, None, "On", "now"),
        (-3, None, "On", "now"),
        (-3, 5, "Until", "now"),
        (2, 5, "From", "later"),
        (-9, -2, "Over", "over"),
    ],
)
def test_dates_say_whether_a_relation_holds(
    desk, shop, starts_in_days, ends_in_days, state, found_by
):
    now = timezone.now()
    starts_at = None if starts_in_days is None else now + timedelta(starts_in_days)
    ends_at = None if ends_in_days is None else now + timedelta(ends_in_days)
    shop.relate("camera", "strap", starts_at=starts_at, ends_at=ends_at)
    assert f'field-state">{state}' in desk.list("productrelation").content.decode()
    found = [it for it in ("now", "later", "over") if desk.rows("productrelation", dates=it)]
    assert found == [found_by]


def test_what_is_switched_off_says_so(desk, shop):
    shop.bundle(10, {"camera": 1, "strap": 1}, is_live=False)
    assert 'field-state">Off' in desk.list("bundle").content.decode()


def test_a_ban_is_told_from_a_pin(desk, shop):
    shop.relate("camera", "strap", verdict="ban")
    assert 'field-kind_word">Never' in desk.list("productrelation").content.decode()


def test_a_bundle_says_what_it_holds_and_saves(desk, shop):
    bundle = shop.bundle(10, {"camera": 1, "strap": 2})
    bundle.saving_percent = Decimal("12.50")
    bundle.save()
    page = desk.list("bundle").content.decode()
    assert "1 × camera, 2 × strap" in page
    assert "12.5%" in page
