"""Offers: words, conditions, and conditions in words."""

from decimal import Decimal

import pytest

from tests import factories as make
from xsell.models import Offer, OfferCondition


def bump(shop, **changes):
    return {
        "name": "Strap before paying",
        "product": shop["strap"].pk,
        "headline": "Hold on",
        "conditions-TOTAL_FORMS": 1,
        "conditions-0-group": 1,
        "conditions-0-kind": "has_product",
        "conditions-0-product": shop["camera"].pk,
        "conditions-0-category_id": "",
        "conditions-0-amount": "",
        **changes,
    }


def test_a_merchandiser_makes_an_offer_that_then_shows(desk, shop):
    assert desk.save("offer", **bump(shop, state="live")) == []
    assert shop.shown("checkout-bump", cart=["camera"]) == ["strap"]
    assert shop.shown("checkout-bump", cart=["case"]) == []


@pytest.mark.parametrize(
    ("kind", "operands", "is_right"),
    [
        ("has_product", {"product"}, True),
        ("has_product", set(), False),
        ("has_product", {"product", "amount"}, False),
        ("has_product", {"category_id"}, False),
        ("has_category", {"category_id"}, True),
        ("has_category", set(), False),
        ("has_category", {"category_id", "product"}, False),
        ("total_at_least", {"amount"}, True),
        ("total_at_least", set(), False),
        ("total_at_least", {"amount", "category_id"}, False),
    ],
)
def test_a_condition_has_what_its_kind_asks_for(desk, shop, kind, operands, is_right):
    given = {
        "product": shop["camera"].pk,
        "category_id": str(shop["camera"].category_id),
        "amount": "25",
    }
    changes = {
        f"conditions-0-{name}": value if name in operands else "" for name, value in given.items()
    }
    errors = desk.save("offer", **bump(shop, **{"conditions-0-kind": kind}, **changes))
    assert (errors == []) == is_right
    assert OfferCondition.objects.count() == is_right
    if not is_right:
        assert "kind of condition" in " ".join(errors)


@pytest.mark.parametrize(
    ("amount", "error"), [("0", "above 0"), ("-1", "above 0"), ("a", "number")]
)
def test_an_amount_is_above_0(desk, shop, amount, error):
    changes = {
        "conditions-0-kind": "total_at_least",
        "conditions-0-product": "",
        "conditions-0-amount": amount,
    }
    assert error in " ".join(desk.save("offer", **bump(shop, **changes)))


def test_categories_are_picked_by_name(desk, shop):
    category = make.CategoryFactory(name="Lenses & <filters>")
    page = desk.open("offer").content.decode()
    assert f'<option value="{category.pk}">Lenses &amp; &lt;filters&gt;</option>' in page


def test_a_category_that_is_gone_stays_as_it_was(desk, shop):
    offer = shop.offer("strap", {"has_category": "777"})
    assert "category 777, which the shop does not have any more" in (
        desk.open("offer", offer.pk).content.decode()
    )
    assert desk.save("offer", offer.pk, headline="Other words") == []
    assert offer.conditions.get().category_id == "777"


def test_a_category_that_never_was_is_refused(desk, shop):
    changes = {
        "conditions-0-kind": "has_category",
        "conditions-0-product": "",
        "conditions-0-category_id": "778",
    }
    assert "Select a valid choice" in " ".join(desk.save("offer", **bump(shop, **changes)))


def test_a_shop_without_categories_types_their_ids(desk, shop, monkeypatch):
    monkeypatch.setattr("demo_shop.xsell_adapter.ShopAdapter.category", None)
    changes = {
        "conditions-0-kind": "has_category",
        "conditions-0-product": "",
        "conditions-0-category_id": "lenses",
    }
    assert desk.save("offer", **bump(shop, **changes)) == []
    assert OfferCondition.objects.get().category_id == "lenses"


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ([], "always"),
        ([{"has_product": "camera"}], "with camera"),
        ([{"has_product": "camera", "total_at_least": 25}], "with camera and from 25.00"),
        (
            [{"total_at_least": "1204.5"}, {"has_product": "<i>"}],
            "from 1,204.50, or with &lt;i",
        ),
    ],
)
def test_the_list_says_when_an_offer_holds(desk, shop, groups, words):
    shop.offer("strap", *groups)
    assert f'field-when">{words}' in desk.list("offer").content.decode()


def test_the_list_names_the_category(desk, shop):
    category = make.CategoryFactory(name="Lenses")
    shop.offer("strap", {"has_category": str(category.pk)})
    assert "with something of Lenses" in desk.list("offer").content.decode()


def test_an_offer_is_copied_with_its_conditions(desk, shop):
    offer = shop.offer("strap", {"has_product": "camera", "total_at_least": Decimal(25)})
    assert desk.save("offer", offer.pk, _saveasnew="1", name="Copy") == []
    copy = Offer.objects.get(name="Copy")
    assert sorted(copy.conditions.values_list("kind", flat=True)) == [
        "has_product",
        "total_at_least",
    ]
    assert offer.conditions.count() == 2


def test_an_amount_is_shown_as_people_write_it(desk, shop):
    offer = shop.offer("strap", {"total_at_least": Decimal("25.0000")})
    assert desk.controls("offer", offer.pk).data["conditions-0-amount"] == "25.00"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"benefit": "percent"}, "Say how many percent."),
        ({"benefit": "percent", "saving_percent": "100"}, "less than 100 percent"),
        ({"benefit": "percent", "saving_percent": "0"}, "greater than or equal to 0.01"),
        ({"saving_percent": "10"}, "Only for a percentage off."),
        ({"benefit": "amount", "benefit_currency": "USD"}, "Say an amount above 0."),
        ({"benefit": "amount", "benefit_amount": "3"}, "Say the amount's currency"),
        (
            {"benefit": "amount", "benefit_amount": "3", "benefit_currency": "usd"},
            "Three capital letters",
        ),
        ({"benefit": "gift"}, "Say which."),
        ({"benefit": "code"}, "Say which."),
        ({"code": "SPRING"}, "Only for this benefit."),
        ({"limit_in_all": "2", "limit_per_customer": "3"}, "More than there are in all."),
        ({"limit_in_all": "0"}, "greater than or equal to 1"),
        ({"hold_minutes": "0"}, "greater than or equal to 1"),
    ],
)
def test_terms_that_cannot_be_are_said_at_their_field(desk, shop, changes, error):
    assert error in " ".join(desk.save("offer", **bump(shop, **changes)))
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    "terms",
    [
        {"benefit": "percent", "saving_percent": "10"},
        {"benefit": "fixed_price", "benefit_amount": "3", "benefit_currency": "USD"},
        {"benefit": "free_shipping", "limit_in_all": "100", "limit_per_customer": "1"},
        {"benefit": "code", "code": "SPRING"},
    ],
)
def test_terms_that_are_whole_are_kept(desk, shop, terms):
    assert desk.save("offer", **bump(shop, **terms)) == []
    (offer,) = Offer.objects.values(*terms)
    assert {name: str(value).removesuffix(".0000").removesuffix(".00") for name, value in
            offer.items()} == terms  # fmt: skip


@pytest.mark.parametrize(("benefit", "is_refused"), [("none", False), ("free_shipping", True)])
def test_a_protected_trait_must_not_decide_what_something_costs(desk, shop, benefit, is_refused):
    group = {
        "conditions-0-kind": "shopper_is",
        "conditions-0-product": "",
        "conditions-0-fact": "Gender",
        "conditions-0-value": "f",
    }
    errors = " ".join(desk.save("offer", **bump(shop, benefit=benefit, **group)))
    assert ("Gender may decide what is shown, but not what it costs." in errors) == is_refused
    assert Offer.objects.exists() != is_refused


def test_a_benefit_is_refused_where_a_protected_trait_decides_already(desk, shop):
    offer = shop.offer("strap", {"shopper_is": ("gender", "f")})
    errors = desk.save("offer", offer.pk, benefit="free_shipping")
    assert "gender may decide what is shown, but not what it costs." in " ".join(errors)
    offer.refresh_from_db()
    assert offer.benefit == "none"


def test_the_list_says_what_an_offer_gains(desk, shop):
    shop.offer("strap", benefit="amount", benefit_amount=3, benefit_currency="USD")
    shop.offer("case", {"shopper_is": ("customer_group", "trade")})
    page = desk.list("offer").content.decode()
    assert "3.00 off" in page
    assert "for shoppers whose customer_group is trade" in page
