"""The database itself refuses what makes no sense; forms say why."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests import factories as make
from xsell.models import OfferCondition, Placement

pytestmark = pytest.mark.django_db

# MariaDB has none: there the services and the forms keep these rules (see xsell/models/rules.py).
HAS_CONDITIONAL_CONSTRAINTS = connection.features.supports_partial_indexes


def refused(build, **fields):
    """Whether the database refuses the row."""
    try:
        with transaction.atomic():
            build(**fields)
    except IntegrityError:
        return True
    return False


def test_a_product_is_not_related_to_itself():
    camera = make.ProductFactory()
    assert refused(make.ProductRelationFactory, anchor=camera, suggested=camera)
    assert refused(make.CoPurchaseFactory, anchor=camera, suggested=camera)


def test_a_relation_of_a_kind_is_there_once_in_each_direction():
    camera, strap = make.ProductFactory(), make.ProductFactory()
    make.ProductRelationFactory(anchor=camera, suggested=strap)
    assert refused(make.ProductRelationFactory, anchor=camera, suggested=strap)
    assert not refused(make.ProductRelationFactory, anchor=strap, suggested=camera)
    assert not refused(make.ProductRelationFactory, anchor=camera, suggested=strap, kind="upsell")


def test_a_mined_pair_is_in_a_run_once():
    row = make.CoPurchaseFactory()
    assert refused(make.CoPurchaseFactory, run=row.run, anchor=row.anchor, suggested=row.suggested)


def test_one_run_at_most_is_active_and_only_a_ready_one():
    make.MiningRunFactory()
    assert refused(make.MiningRunFactory) == HAS_CONDITIONAL_CONSTRAINTS
    assert refused(make.MiningRunFactory, is_active=True, status="failed")
    assert not refused(make.MiningRunFactory, is_active=False, status="failed")


@pytest.mark.parametrize(
    "build", [make.ProductRelationFactory, make.BundleFactory, make.OfferFactory]
)
def test_a_schedule_ends_after_it_starts(build):
    now = timezone.now()
    assert refused(build, starts_at=now, ends_at=now - timedelta(seconds=1))
    assert refused(build, starts_at=now, ends_at=now)
    assert not refused(build, starts_at=now, ends_at=now + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("percent", "is_refused"),
    [("0", True), ("-5", True), ("100", True), ("0.01", False), ("99.99", False)],
)
def test_a_bundle_saves_more_than_nothing_and_less_than_all(percent, is_refused):
    assert refused(make.BundleFactory, saving_percent=Decimal(percent)) == is_refused


def test_a_bundle_holds_each_product_once_and_at_least_one_of_it():
    item = make.BundleItemFactory()
    assert refused(make.BundleItemFactory, bundle=item.bundle, product=item.product)
    assert refused(make.BundleItemFactory, quantity=0)


def test_a_ladder_has_one_product_at_each_rank_and_one_recommended():
    tier = make.TierFactory(rank=1, is_recommended=True)
    assert refused(make.TierFactory, ladder=tier.ladder, rank=1)
    assert refused(make.TierFactory, ladder=tier.ladder, rank=2, product=tier.product)
    assert refused(make.TierFactory, rank=0)
    second = {"ladder": tier.ladder, "is_recommended": True}
    with pytest.raises(ValidationError, match="A ladder has one recommended rung at most"):
        make.TierFactory.build(rank=2, product=make.ProductFactory(), **second).full_clean()
    assert refused(make.TierFactory, rank=2, **second) == HAS_CONDITIONAL_CONSTRAINTS
    assert not refused(make.TierFactory, ladder=tier.ladder, rank=3)


def test_a_rung_names_a_feature_once():
    benefit = make.TierBenefitFactory(feature="Size")
    assert refused(make.TierBenefitFactory, tier=benefit.tier, feature="Size")


@pytest.mark.parametrize(
    ("kind", "operands", "is_refused"),
    [
        ("has_product", ["product"], False),
        ("has_product", [], True),
        ("has_product", ["product", "amount"], True),
        ("has_category", ["category_id"], False),
        ("has_category", [], True),
        ("has_category", ["category_id", "product"], True),
        ("total_at_least", ["amount"], False),
        ("total_at_least", [], True),
        ("total_at_least", ["amount", "category_id"], True),
        ("is_tuesday", [], True),
    ],
)
def test_a_condition_has_what_its_kind_asks_for_and_nothing_else(kind, operands, is_refused):
    given = {"product": make.ProductFactory(), "category_id": "7", "amount": Decimal(5)}
    fields = {name: given[name] for name in operands}
    assert refused(make.OfferConditionFactory, kind=kind, **fields) == is_refused


@pytest.mark.parametrize(
    ("fields", "is_refused"),
    [
        ({"min_items": 0}, True),
        ({"min_items": 5, "max_items": 4}, True),
        ({"max_items": 25}, True),
        ({"max_per_category": 0}, True),
        ({"min_items": 4, "max_items": 4, "max_per_category": 1}, False),
    ],
)
def test_a_placement_has_a_sensible_minimum_and_maximum(fields, is_refused):
    assert refused(make.PlacementFactory, **fields) == is_refused


@pytest.mark.parametrize(
    ("sources", "complaint"),
    [
        (["mined", "magic"], "Unknown sources: magic"),
        (["mined", "mined"], "Each source can be asked once"),
        ([], "This field cannot be blank"),
        ("mined", "Give a list of sources"),
        ([["mined"]], "Unknown sources"),
    ],
)
def test_a_placement_asks_known_sources_once_each(sources, complaint):
    with pytest.raises(ValidationError, match=complaint):
        Placement(slug="here", heading="Here", sources=sources).full_clean()


def test_forms_say_what_is_wrong_in_words():
    condition = OfferCondition(offer=make.OfferFactory(), kind="has_product")
    with pytest.raises(ValidationError, match="This kind of condition asks for it"):
        condition.full_clean()


def test_deleting_a_product_takes_its_curated_rows_and_leaves_mined_ones_to_be_skipped():
    relation = make.ProductRelationFactory()
    mined = make.CoPurchaseFactory(suggested=relation.suggested)
    relation.suggested.delete()
    assert not type(relation).objects.filter(pk=relation.pk).exists()
    assert type(mined).objects.filter(pk=mined.pk).exists()


@pytest.mark.parametrize(
    ("build", "shown"),
    [
        (make.TierFactory, "1. Good"),
        (make.BundleFactory, "Bundle"),
        (make.OfferFactory, "Offer"),
        (make.PlacementFactory, "place-"),
        (make.MiningRunFactory, "Ready"),
        (make.CoPurchaseFactory, "(40/100)"),
        (make.ProductRelationFactory, "(cross_sell, pin)"),
        (make.BundleItemFactory, "1 × "),
        (make.TierBenefitFactory, ": True"),
        (make.TierLadderFactory, "Ladder"),
        (make.BestSellerFactory, "(100)"),
    ],
)
def test_rows_say_what_they_are(build, shown):
    assert shown in str(build())


@pytest.mark.parametrize(
    ("least", "most", "is_good"),
    [
        (5, 35, True),
        (None, None, True),
        (35, 5, False),
        (5, 5, False),
        (0, 5, False),
        (5, None, False),
        (None, 35, False),
    ],
)
def test_a_computed_step_up_has_a_band_or_none(least, most, is_good):
    band = {"step_up_from_percent": least, "step_up_to_percent": most}
    assert refused(make.PlacementFactory, **band) is not is_good
