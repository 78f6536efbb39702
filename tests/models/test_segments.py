"""What the rows of segments refuse, whoever fills them in."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests import factories as make
from xsell.models import OfferCondition, Placement, SegmentRule

pytestmark = pytest.mark.django_db


def errors_of(row):
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    return {name: str(texts[0]) for name, texts in refused.value.message_dict.items()}


def rule(segment=None, **columns):
    return SegmentRule(segment=segment or make.SegmentFactory(), **columns)


@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        ({"kind": "orders_at_least"}, {"amount"}),
        ({"kind": "orders_at_least", "amount": 0}, {"amount"}),
        ({"kind": "orders_at_least", "amount": 2, "days": 3}, {"days"}),
        ({"kind": "fact_is", "fact": "country"}, {"value"}),
        ({"kind": "fact_is", "fact": "country", "value": "DE", "within_days": 3}, {"within_days"}),
        ({"kind": "first_order_before", "days": 3, "within_days": 9}, {"within_days"}),
        ({"kind": "last_order_before", "days": 90, "within_days": 90}, {"within_days"}),
        ({"kind": "last_order_before", "days": 40_000}, {"days"}),
        ({"kind": "bought_product"}, {"product"}),
        ({"kind": "bought_category"}, {"category_id"}),
    ],
)
def test_a_rule_has_what_its_kind_asks_for(columns, wrong):
    assert set(errors_of(rule(**columns))) - {"__all__"} == wrong


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "orders_at_least", "amount": 2, "within_days": 30},
        {"kind": "last_order_before", "days": 90, "within_days": 365},
        {"kind": "bought_with", "fact": "Brand", "value": "Canon", "is_negated": True},
        {"kind": "fact_is", "fact": "gender", "value": "female"},
    ],
)
def test_a_whole_rule_is_taken(columns):
    one = rule(**columns)
    one.full_clean()
    one.save()


def test_the_database_refuses_what_forms_refuse():
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(kind="orders_at_least").save()


# -------------------------------------------------------------------------------- protected traits

GENDER = {"kind": "fact_is", "fact": "gender", "value": "female"}


def used_by(segment, benefit):
    offer = make.OfferFactory(name="Spring", benefit=benefit["benefit"], **benefit.get("terms", {}))
    make.OfferConditionFactory(offer=offer, kind=OfferCondition.Kind.IN_SEGMENT, segment=segment)


CHEAPER = {"benefit": "percent", "terms": {"saving_percent": 10}}


@pytest.mark.parametrize(
    ("benefit", "fact", "refused"),
    [
        (CHEAPER, "gender", True),
        (CHEAPER, "age_band", False),
        ({"benefit": "free_shipping"}, "isPregnant", True),
        ({"benefit": "none"}, "gender", False),
    ],
)
def test_a_protected_trait_comes_into_no_segment_that_lowers_a_price(benefit, fact, refused):
    segment = make.SegmentFactory()
    used_by(segment, benefit)
    one = rule(segment, **{**GENDER, "fact": fact})
    if refused:
        assert errors_of(one) == {
            "fact": f"{fact} may decide what is shown, but not what it costs: see offer Spring."
        }
    else:
        one.full_clean()


def test_what_a_product_is_like_is_no_trait_of_the_shopper():
    segment = make.SegmentFactory()
    used_by(segment, CHEAPER)
    rule(segment, kind="bought_with", fact="Gender", value="women").full_clean()


def test_an_offer_with_a_benefit_takes_no_segment_with_a_protected_trait():
    segment = make.SegmentFactory()
    make.SegmentRuleFactory(segment=segment, **GENDER)
    offer = make.OfferFactory(benefit="percent", saving_percent=10)
    condition = OfferCondition(offer=offer, kind="in_segment", segment=segment)
    assert set(errors_of(condition)) == {"segment"}


@pytest.mark.parametrize(("sources", "refused"), [(["mined"], False), (["mined", "offers"], True)])
def test_who_alone_sees_offers_is_no_protected_trait_either(sources, refused):
    """Offers show at placements: who alone sees one has alone what its offers gain."""
    segment = make.SegmentFactory(name="Women")
    placement = Placement.objects.get(slug="cart")
    placement.sources, placement.segment = sources, segment
    placement.save()
    one = rule(segment, **GENDER)
    if not refused:
        one.full_clean()
        return
    assert errors_of(one)["fact"].endswith("see placement cart.")
    one.save()
    assert errors_of(placement)["segment"].endswith("see segment Women.")


def test_a_segment_that_a_placement_is_for_cannot_be_deleted(shop):
    segment = make.SegmentFactory()
    shop.place("cart", segment=segment)
    with pytest.raises(Exception, match="protected foreign keys"):
        segment.delete()
