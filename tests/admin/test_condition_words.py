"""Conditions of offers as the list says them."""

import pytest
from django.utils import translation

from tests import factories as make
from xsell.admin.condition_words import CONDITION_WORDS, PHRASES, all_in_words, names_for
from xsell.models import OfferCondition

KINDS = {str(kind) for kind in OfferCondition.Kind}


@pytest.fixture
def told(shop):
    """What the conditions of an offer say; a segment and a category by their names."""
    segment = make.SegmentFactory(name="Regulars")
    categories = {name: make.CategoryFactory(name=name).pk for name in ("Lenses", "Bags")}

    def tell(*groups):
        for group in groups:
            for kind, operand in group.items():
                if operand == "Regulars":
                    group[kind] = segment
                elif "category" in kind:
                    keys = [categories.get(it, it) for it in operand.split(",")]
                    group[kind] = ",".join(map(str, keys))
                elif kind.endswith("any_product"):
                    group[kind] = ",".join(str(shop[it].pk) for it in operand.split(","))
        conditions = shop.offer("strap", *groups).conditions.select_related("segment")
        return all_in_words(conditions, names_for(conditions))

    return tell


@pytest.mark.parametrize(
    ("kind", "operand", "words", "negated"),
    [
        ("has_product", "camera", "with camera", "without camera"),
        ("has_category", "Lenses", "with something of Lenses", "with nothing of Lenses"),
        (
            "any_product",
            "camera,case",
            "with one of these: camera, case",
            "with none of these: camera, case",
        ),
        (
            "any_category",
            "Lenses,Bags",
            "with something of one of these: Lenses, Bags",
            "with nothing of these: Lenses, Bags",
        ),
        ("total_at_least", "1204.5", "from 1,204.50", "below 1,204.50"),
        (
            "units_at_least",
            3,
            "units in the cart: 3 or more",
            "units in the cart: fewer than 3",
        ),
        (
            "kinds_at_least",
            2,
            "different products in the cart: 2 or more",
            "different products in the cart: fewer than 2",
        ),
        ("discount_is_near", (), "if it makes a bundle whole", "unless it makes a bundle whole"),
        (
            "shopper_is",
            ("country", "DE"),
            "for shoppers whose country is DE",
            "for shoppers whose country is known and is not DE",
        ),
        ("is_customer", (), "for who is logged in", "for guests"),
        (
            "in_segment",
            "Regulars",
            "for the segment Regulars",
            "for all outside the segment Regulars",
        ),
        ("weekdays", "7,6", "on Saturday, Sunday", "not on Saturday, Sunday"),
        ("hours", "18:00-02:00", "from 6 p.m. until 2 a.m.", "not from 6 p.m. until 2 a.m."),
        (
            "dates",
            "2026-12-01/2026-12-24",
            "from 12/01/2026 to 12/24/2026",
            "not from 12/01/2026 to 12/24/2026",
        ),
        (
            "stock_at_least",
            ("camera", 3),
            "if 3 or more of camera are in stock",
            "unless 3 or more of camera are in stock",
        ),
    ],
)
def test_each_kind_and_its_negation_are_said(told, kind, operand, words, negated):
    assert told({kind: operand}) == words
    assert told({f"not {kind}": operand}) == negated


def test_every_kind_has_words():
    assert {str(kind) for kinds in CONDITION_WORDS.values() for kind in kinds} == KINDS
    assert set(map(str, PHRASES)) == KINDS


def test_days_and_figures_are_said_in_the_language_of_the_desk(told):
    with translation.override("de"):
        words = told(
            {"weekdays": "1,2", "total_at_least": "1204.5", "dates": "2026-12-01/2026-12-24"}
        )
    assert words == "am Montag, Dienstag und ab 1.204,50 und vom 01.12.2026 bis 24.12.2026"


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("any_product", "{camera},990", "camera, product 990, which the shop does not have any"),
        ("any_product", "one", "product one, which the shop does not have any more"),
        ("any_category", "777", "with something of one of these: 777"),
        ("weekdays", "9", "It is one of these weekdays, 1 being Monday: 9 (cannot be read)"),
        ("hours", "soon", "It is between these hours: soon (cannot be read)"),
    ],
)
def test_what_is_gone_or_cannot_be_read_is_said_as_it_is(shop, desk, kind, value, words):
    offer = shop.offer("strap", {kind: "1"})
    offer.conditions.update(value=value.format(camera=shop["camera"].pk))
    assert words in desk.list("offer").content.decode()


def test_of_a_long_list_a_few_are_named(told):
    names = [f"lens {number}" for number in range(7)]
    shown = "lens 0, lens 1, lens 2, lens 3, lens 4"
    assert told({"any_product": ",".join(names)}) == f"with one of these: {shown} and 2 more"


def test_groups_are_one_phrase(told):
    assert told({"has_product": "camera", "is_customer": ()}, {"not is_customer": ()}) == (
        "with camera and for who is logged in, or for guests"
    )
