"""Whose no it is, how long it rests, and what a smaller one must be."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.queries import reads_and_writes
from tests.selection.stairs import NOW, OFFERS_DOWNSELL, SOLD_OUT, rests, says, stands, steps_of
from xsell.models import AttentionBudget, Encounter
from xsell.selection.encounters import EVERYTHING
from xsell.selection.steps import step_source

CUSTOMERS = [
    # id, said, asked as, shown
    ("at home and at work", {"visit": "then", "customer": "7"}, {"customer_id": "7"}, []),
    ("another customer's", {"visit": "then", "customer": "8"}, {"customer_id": "7"}, ["+brand"]),
    ("as a guest before the log-in", {"visit": "now"}, {"customer_id": "7"}, []),
    ("logged out, the same visit", {"visit": "now", "customer": "7"}, {}, []),
    ("logged out, another visit", {"visit": "then", "customer": "7"}, {}, ["+brand"]),
    ("long ago", {"visit": "then", "customer": "7", "days_ago": 40}, {"customer_id": "7"}, None),
]


@pytest.mark.parametrize(
    ("said", "who", "shown"), [row[1:] for row in CUSTOMERS], ids=[row[0] for row in CUSTOMERS]
)
def test_a_no_is_the_customer_s_over_all_visits_and_a_guest_s_in_one(shop, said, who, shown):
    stands(shop)
    says(shop, "no", "tier", "brand", **said)
    assert steps_of(shop, "house", **who)[0] == (["+brand"] if shown is None else shown)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"stock": 0}, SOLD_OUT),
        ({"is_published": False}, SOLD_OUT),
        ({"price": Decimal("4.00")}, "the smaller one costs no less"),
        ({"price": Decimal("4.50")}, "the smaller one costs no less"),
    ],
    ids=["sold out", "hidden", "as dear", "dearer"],
)
def test_a_smaller_one_that_is_none_or_cannot_be_had_is_not_shown(shop, fields, reason):
    stands(shop, **OFFERS_DOWNSELL)
    says(shop, "no", "tier", "brand")
    for name, value in fields.items():
        setattr(shop["small"], name, value)
    shop["small"].save()
    found, dropped = steps_of(shop, "house")
    assert (found, dropped["small"]) == ([], reason)


def test_a_curated_upsell_without_a_ladder_rests_after_a_no_too(shop):
    shop.relate("plain", "fancy", kind="upsell")
    assert steps_of(shop, "plain")[0] == ["+fancy"]
    source = step_source(shop["fancy"].pk)
    Encounter.objects.create(source=source, visit="now", declined_at=NOW)
    assert steps_of(shop, "plain") == ([], {"fancy": rests(0)})


def test_the_source_of_a_long_key_fits_its_column():
    assert step_source(7) == "step:7"
    assert len(step_source("k" * 255)) <= 64
    assert step_source("k" * 254) != step_source("k" * 255)


@pytest.mark.parametrize(
    ("visit", "customer", "n_queries"), [("", None, 0), ("now", None, 1), ("", "7", 1)]
)
def test_what_was_said_is_one_query_and_none_for_who_said_nothing(shop, visit, customer, n_queries):
    stands(shop)
    with CaptureQueriesContext(connection) as queries:
        page = shop.page(visit=visit, customer_id=customer)
        page.upgrades(shop["house"].pk)
        page.tier_table(shop["house"].pk)
    n_encounters = sum("xsell_encounter" in it["sql"] for it in queries)
    assert (n_encounters, reads_and_writes(queries)[1]) == (n_queries, 0)


@pytest.mark.parametrize("ladder", [{}, OFFERS_DOWNSELL], ids=["up", "and down"])
def test_who_wants_nothing_more_is_shown_no_step(shop, ladder):
    stands(shop, **ladder)
    says(shop, "no", "tier", "organic")
    Encounter.objects.create(source=EVERYTHING, visit="now", declined_at=NOW)
    found, dropped = steps_of(shop, "house")
    assert found == []
    assert dropped["brand"] == "the shopper asked for no more offers in this visit"


def test_after_enough_noes_no_step_shows(shop):
    stands(shop, **OFFERS_DOWNSELL)
    AttentionBudget.objects.create(noes_per_session=2)
    for number in range(2):
        Encounter.objects.create(source=f"offer:{number}", visit="now", declined_at=NOW)
    found, dropped = steps_of(shop, "house")
    assert found == []
    assert dropped["brand"] == "the shopper said no 2 times in this visit, 2 is enough"
