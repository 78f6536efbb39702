"""Conditions on an offer's screen: errors at the column that they are about."""

import pytest

from tests import factories as make
from xsell.models import OfferCondition


def condition(shop, kind, **given):
    columns = ("product", "category_id", "amount", "fact", "value", "segment")
    return {
        "name": "Strap before paying",
        "product": shop["strap"].pk,
        "headline": "Hold on",
        "conditions-TOTAL_FORMS": 1,
        "conditions-0-group": 1,
        "conditions-0-kind": kind,
        **{f"conditions-0-{name}": given.get(name, "") for name in columns},
    }


def told_at(desk, changes):
    """Column -> what the screen says there."""
    response = desk.client.post(desk.address("offer"), {**desk.controls("offer").data, **changes})
    (inline,) = response.context["inline_admin_formsets"]
    page = response.content.decode()
    found = {name: str(said[0]) for name, said in inline.formset.forms[0].errors.items()}
    for said in found.values():
        assert said.replace("'", "&#x27;") in page
    return found


ASKED = "This kind of condition asks for it."
NOT_FOR = "Not for this kind of condition."


@pytest.mark.parametrize(
    ("kind", "given", "errors"),
    [
        ("any_product", {}, {"value": ASKED}),
        (
            "any_product",
            {"value": " , "},
            {"value": "Name at least one id; commas between several."},
        ),
        (
            "any_product",
            {"value": "990,x"},
            {"value": "The shop has no product with this id: 990, x"},
        ),
        ("any_category", {"value": "777"}, {"value": "The shop has no category with this id: 777"}),
        ("units_at_least", {"amount": "0"}, {"amount": "Say an amount above 0."}),
        ("shopper_is", {"value": "DE"}, {"fact": ASKED}),
        ("is_customer", {"value": "yes"}, {"value": NOT_FOR}),
        ("in_segment", {}, {"segment": ASKED}),
        (
            "weekdays",
            {"value": "0,8"},
            {"value": "Give weekdays from 1 (Monday) to 7, as in 1,2,5."},
        ),
        (
            "hours",
            {"value": "8 to 12"},
            {"value": "Give hours as in 08:00-12:30; 22:00-02:00 is over midnight."},
        ),
        (
            "dates",
            {"value": "2026-12-24/2026-12-01"},
            {"value": "The last day is before the first."},
        ),
        ("stock_at_least", {"amount": "3"}, {"product": ASKED}),
        ("discount_is_near", {"amount": "3"}, {"amount": NOT_FOR}),
    ],
)
def test_what_is_wrong_is_said_beside_its_column(desk, shop, kind, given, errors):
    assert told_at(desk, condition(shop, kind, **given)) == errors
    assert not OfferCondition.objects.exists()


def test_each_kind_is_saved_with_what_it_asks_for(desk, shop):
    segment = make.SegmentFactory(name="Regulars")
    operands = {
        "product": shop["camera"].pk,
        "category_id": shop["camera"].category_id,
        "amount": "3",
        "fact": "country",
        "segment": segment.pk,
    }
    values = {
        "any_product": f"{shop['camera'].pk}, {shop['case'].pk}",
        "any_category": str(shop["camera"].category_id),
        "weekdays": "6,7",
        "hours": "18:00-02:00",
        "dates": "2026-12-01/2026-12-24",
        "shopper_is": "DE",
    }
    for kind, asked in OfferCondition.OPERANDS.items():
        given = {**operands, "value": values.get(kind, "")}
        changes = condition(shop, kind, **{name: given[name] for name in asked})
        assert desk.save("offer", **changes) == [], kind
    kinds = OfferCondition.objects.values_list("kind", flat=True)
    assert sorted(kinds) == sorted(OfferCondition.OPERANDS)


def test_a_listed_product_that_went_since_stays_as_it_was_entered(desk, shop):
    offer = shop.offer("strap", {"any_product": f"{shop['camera'].pk},990"})
    assert desk.save("offer", offer.pk, headline="Other words") == []
    assert offer.conditions.get().value.endswith(",990")


def test_the_screen_says_what_each_kind_asks_for(desk):
    page = desk.open("offer").content.decode()
    assert "The shop: date is between" in page
    assert "2026-12-01/2026-12-24" in page


def test_segments_and_offers_are_searched_and_not_all_listed(desk, shop):
    make.SegmentFactory(name="Regulars")
    shop.offer("strap", name="Strap before paying")
    page = desk.open("offer").content.decode()
    assert "Regulars" not in page
    assert "Strap before paying" not in page
    for name in ("conditions-0-segment", "next_if_accepted", "next_if_declined"):
        pickers = desk.controls("offer", shop.offer("case", {"is_customer": ()}).pk).pickers
        assert "admin-autocomplete" in pickers[name]
