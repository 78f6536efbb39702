"""Ladders: rungs change places and hand on the recommendation in one go."""

import re

import pytest

from xsell.models import Tier, TierBenefit, TierLadder

TWICE = "duplicate|already exists"
"""Which one is said is up to the release of Django."""


@pytest.fixture
def ladder(shop):
    shop.ladder("entry", "plus", "pro", recommended="plus")
    return TierLadder.objects.get()


def rungs(ladder):
    rows = ladder.tiers.order_by("rank")
    return [(row.rank, row.product.title, row.is_recommended) for row in rows]


def test_a_merchandiser_builds_a_ladder(desk, shop):
    errors = desk.save(
        "tierladder",
        name="Cameras",
        **{
            "tiers-0-rank": 1,
            "tiers-0-label": "Good",
            "tiers-0-product": shop["entry"].pk,
            "tiers-1-rank": 2,
            "tiers-1-label": "Better",
            "tiers-1-product": shop["plus"].pk,
            "tiers-1-is_recommended": "on",
        },
    )
    assert errors == []
    assert rungs(TierLadder.objects.get()) == [(1, "entry", False), (2, "plus", True)]


def test_two_rungs_change_places(desk, shop, ladder):
    changes = {"tiers-0-rank": 2, "tiers-1-rank": 1}
    assert desk.save("tierladder", ladder.pk, **changes) == []
    assert rungs(ladder) == [(1, "plus", True), (2, "entry", False), (3, "pro", False)]


def test_all_rungs_move_round(desk, shop, ladder):
    changes = {"tiers-0-rank": 2, "tiers-1-rank": 3, "tiers-2-rank": 1}
    assert desk.save("tierladder", ladder.pk, **changes) == []
    assert [name for _, name, _ in rungs(ladder)] == ["pro", "entry", "plus"]


@pytest.mark.parametrize("better", ["tiers-0-is_recommended", "tiers-2-is_recommended"])
def test_the_recommendation_is_handed_on(desk, shop, ladder, better):
    changes = {"tiers-1-is_recommended": None, better: "on"}
    assert desk.save("tierladder", ladder.pk, **changes) == []
    place = int(better[6])
    assert [is_recommended for _, _, is_recommended in rungs(ladder)] == [
        rank == place for rank in range(3)
    ]


def test_a_rung_takes_the_place_of_one_that_goes(desk, shop, ladder):
    changes = {"tiers-1-DELETE": "on", "tiers-2-rank": 2}
    assert desk.save("tierladder", ladder.pk, **changes) == []
    assert rungs(ladder) == [(1, "entry", False), (2, "pro", False)]


def test_a_new_rung_takes_the_place_of_one_that_moves_up(desk, shop, ladder):
    changes = {
        "tiers-TOTAL_FORMS": 4,
        "tiers-2-rank": 4,
        "tiers-3-id": "",
        "tiers-3-ladder": ladder.pk,
        "tiers-3-rank": 3,
        "tiers-3-label": "Max",
        "tiers-3-product": shop["max"].pk,
    }
    assert desk.save("tierladder", ladder.pk, **changes) == []
    assert [name for _, name, _ in rungs(ladder)] == ["entry", "plus", "max", "pro"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"tiers-0-rank": 2}, TWICE),
        ({"tiers-0-is_recommended": "on"}, "A ladder has one recommended rung at most."),
        ({"tiers-0-rank": 0}, "greater than or equal to 1"),
        ({"tiers-0-rank": 100}, "less than or equal to 99"),
        ({"tiers-0-rank": "first"}, "whole number"),
        ({"tiers-0-product": "plus"}, TWICE),
        ({"tiers-0-label": ""}, "required"),
    ],
)
def test_what_cannot_be_is_said_in_the_form(desk, shop, ladder, changes, error):
    before = rungs(ladder)
    changes = {
        name: shop[value].pk if name.endswith("product") else value
        for name, value in changes.items()
    }
    assert re.search(error, " ".join(desk.save("tierladder", ladder.pk, **changes)))
    assert rungs(ladder) == before


def test_a_ladder_has_two_rungs_at_least(desk, shop):
    errors = desk.save("tierladder", name="Cameras")
    assert "This field is required." in errors
    assert not TierLadder.objects.exists()


def test_the_ladder_leads_to_what_each_rung_gives(desk, shop, ladder):
    rung = Tier.objects.get(rank=3)
    TierBenefit.objects.create(tier=rung, feature="Warranty", value="5 years")
    page = desk.open("tierladder", ladder.pk).content.decode()
    assert f'<a href="/admin/xsell/tier/{rung.pk}/change/">1 feature</a>' in page
    assert page.count(">0 features</a>") == 2


def test_a_merchandiser_says_what_a_rung_gives(desk, shop, ladder):
    rung = Tier.objects.get(rank=3)
    changes = {"benefits-0-feature": "Warranty", "benefits-0-value": "5 years"}
    assert desk.save("tier", rung.pk, **changes) == []
    benefit = rung.benefits.get()
    assert (benefit.feature, benefit.value, benefit.is_included) == ("Warranty", "5 years", True)
    again = {
        "benefits-1-feature": "Warranty",
        "benefits-1-value": "6 years",
        "benefits-1-id": "",
    }
    assert re.search(TWICE, " ".join(desk.save("tier", rung.pk, **again)))


def test_a_rung_is_neither_added_nor_ranked_away_from_its_ladder(desk, shop, ladder):
    assert desk.open("tier").status_code == 403
    rung = Tier.objects.get(rank=3)
    assert "rank" not in desk.controls("tier", rung.pk).data


def test_a_merchandiser_says_what_follows_a_no(desk, shop, ladder):
    assert desk.save("tierladder", ladder.pk, offers_downsell="on", cool_down_days=7) == []
    ladder.refresh_from_db()
    assert (ladder.offers_downsell, ladder.cool_down_days) == (True, 7)
