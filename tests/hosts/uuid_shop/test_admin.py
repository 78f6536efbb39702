"""The merchandiser's screens where keys are UUIDs, users have no name and times no zone."""

from datetime import datetime

import pytest
from django.contrib import admin
from django.core.management import call_command

from tests.admin.desk import Desk
from tests.hosts.uuid_shop.models import Product, Shopper
from xsell.models import (
    Offer,
    OfferCondition,
    ProductRelation,
    Segment,
    SegmentRule,
    Tier,
    TierLadder,
)

pytestmark = pytest.mark.django_db

LISTS = [
    *("bestseller", "bundle", "copurchase", "miningrun", "offer"),
    *("placement", "productrelation", "segment", "segmentmember", "tier", "tierladder"),
]


@pytest.fixture
def desk(client):
    client.force_login(
        Shopper.objects.create(email="mara@example.com", is_staff=True, is_superuser=True)
    )
    return Desk(client)


@pytest.fixture
def curated(shop):
    now = datetime(2026, 11, 1, 8, 30)  # noqa: DTZ001 - this shop's times have no zone
    ProductRelation.objects.create(anchor=shop["cap"], suggested=shop["socks"], starts_at=now)
    ladder = TierLadder.objects.create(name="Scarves")
    for rank, name in enumerate(("scarf", "silk"), 1):
        Tier.objects.create(ladder=ladder, product=shop[name], rank=rank, label=name)
    offer = Offer.objects.create(name="Socks", product=shop["socks"], headline="Warm feet?")
    offer.conditions.create(kind=OfferCondition.Kind.HAS_CATEGORY, category_id="clothes")
    offer.conditions.create(kind=OfferCondition.Kind.HAS_PRODUCT, product=shop["scarf"])
    segment = Segment.objects.create(name="Scarves")
    segment.rules.create(kind=SegmentRule.Kind.BOUGHT_PRODUCT, product=shop["scarf"])
    segment.rules.create(kind=SegmentRule.Kind.BOUGHT_CATEGORY, category_id="clothes")
    call_command("xsell_segments")


@pytest.mark.parametrize("model", LISTS)
def test_every_list_is_drawn(desk, orders, curated, capsys, model):
    call_command("xsell_recompute")
    page = desk.list(model).content.decode()
    assert "Scarf <b>" not in page
    desk.rows(model, q="Scarf")


def test_a_relation_is_saved_and_found(desk, shop):
    dates = {"starts_at_0": "2026-11-01", "starts_at_1": "08:30:00"}
    picked = {"anchor": shop["cap"].pk, "suggested": shop["socks"].pk}
    assert desk.save("productrelation", **picked, **dates) == []
    (relation,) = desk.rows("productrelation", q="Cap", dates="now")
    assert relation.anchor_id == shop["cap"].pk
    assert relation.starts_at == datetime(2026, 11, 1, 8, 30)  # noqa: DTZ001


@pytest.mark.parametrize("key", ["cap", "7", "123e4567-e89b-12d3-a456-426614174000"])
def test_what_is_no_product_is_a_form_error(desk, shop, key, monkeypatch):
    monkeypatch.setattr(type(admin.site.get_model_admin(Product)), "search_fields", [])
    assert desk.save("productrelation", anchor=key, suggested=shop["socks"].pk)
    assert not ProductRelation.objects.exists()


def test_a_product_is_not_related_to_itself(desk, shop):
    errors = desk.save("productrelation", anchor=shop["cap"].pk, suggested=shop["cap"].pk)
    assert len(errors) == 1
    assert not ProductRelation.objects.exists()


def test_rungs_change_places(desk, shop, curated):
    ladder = TierLadder.objects.get()
    assert desk.save("tierladder", ladder.pk, **{"tiers-0-rank": 2, "tiers-1-rank": 1}) == []
    assert [it.product_id for it in ladder.tiers.order_by("rank")] == [
        shop["silk"].pk,
        shop["scarf"].pk,
    ]
