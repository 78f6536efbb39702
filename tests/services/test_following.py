"""A run writes what customers do next, beside what they buy together."""

import pytest

from tests import factories as make
from tests.services import bakery
from tests.services.snapshot import serving
from xsell.models import MiningRun, NextPurchase, RepurchaseGap
from xsell.services.mining import recompute_relations, update_relations
from xsell.services.snapshots import delete_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def journeys(products):
    """Twelve customers: two thirds go on from bread to jam; all buy soap every four weeks."""
    people = make.UserFactory.create_batch(12)
    for number, customer in enumerate(people):
        mine = {"customer": customer}
        bakery.order(products, "bread", days_ago=200, **mine)
        bakery.order(products, "jam" if number % 3 else "butter", days_ago=155, **mine)
        for days_ago in (100, 72, 44):
            bakery.order(products, "soap", days_ago=days_ago, **mine)
    return people


def next_steps():
    rows = NextPurchase.objects.filter(run__is_active=True).select_related("anchor", "suggested")
    return {(it.anchor.title, it.suggested.title): it for it in rows}


def test_next_steps_are_written_with_their_counts(journeys):
    recompute_relations(scoring="information")
    row = next_steps()["bread", "jam"]
    assert (row.n_both, row.n_anchor, row.lag_days, row.position) == (8, 12, 45, 1)
    assert row.confidence == 8 / 12
    assert row.lift_lower > 1
    assert str(row) == f"{row.anchor_id} → {row.suggested_id} (8/12)"


def test_gaps_are_written(journeys, products):
    run = MiningRun.objects.get(pk=recompute_relations(scoring="information"))
    (row,) = RepurchaseGap.objects.all()
    assert (row.product_id, row.n_gaps, row.n_customers) == (products["soap"].pk, 24, 12)
    assert (row.lower_quartile_days, row.median_days, row.upper_quartile_days) == (28, 28, 28)
    assert str(row) == f"{row.product_id}: 28"
    assert run.following == {
        "earliest_days": 30,
        "latest_days": 90,
        "n_windows": run.following["n_windows"],
        "n_next_steps": len(next_steps()),
        "n_gaps": 1,
    }
    assert run.seconds["what comes next"] >= 0


def test_of_what_the_shop_has_no_more_nothing_is_written(journeys, products):
    bakery.order({"soap": products["soap"]}, "soap")
    products["jam"].delete()
    recompute_relations(scoring="information")
    assert "jam" not in {title for pair in next_steps() for title in pair}


def test_an_update_finds_what_a_full_run_finds(journeys, products, settings, tmp_path):
    settings.XSELL_STORE = tmp_path / "orders"
    recompute_relations(scoring="information")
    before = serving()
    for customer in journeys:
        bakery.order(products, "butter", days_ago=150, customer=customer)
    update_relations()
    updated = serving()
    recompute_relations(scoring="information")
    assert updated == serving()
    assert updated["next steps"] != before["next steps"]


def test_they_go_with_their_run(journeys):
    run = MiningRun.objects.get(pk=recompute_relations(scoring="information"))
    delete_rows(run)
    assert not NextPurchase.objects.exists()
    assert not RepurchaseGap.objects.exists()
