"""What mining found, to be looked at."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from xsell.admin import snapshots
from xsell.models import MiningRun


def pairs(desk, **query):
    return [(it.run_id, it.n_both) for it in desk.rows("copurchase", **query)]


def test_pairs_are_those_of_the_snapshot_that_serves(desk, shop):
    older = make.MiningRunFactory(is_active=False)
    make.CoPurchaseFactory(run=older, n_both=1)
    shop.bought_with("camera", "strap", n_both=40)
    assert pairs(desk) == [(shop.run.pk, 40)]
    assert pairs(desk, run=shop.run.pk) == [(shop.run.pk, 40)]
    assert pairs(desk, run=older.pk) == [(older.pk, 1)]


def test_without_a_snapshot_there_are_no_pairs(desk, db):
    running = make.MiningRunFactory(is_active=False, status=MiningRun.Status.RUNNING)
    make.CoPurchaseFactory(run=running)
    assert pairs(desk) == []


@pytest.mark.parametrize("run", ["latest", "9999", ""])
def test_an_unknown_run_leads_back_to_the_list(desk, shop, run):
    shop.bought_with("camera", "strap")
    response = desk.list("copurchase", run=run)
    assert (response.status_code, response.url) == (302, "/admin/xsell/copurchase/?e=1")
    assert desk.client.get(response.url).status_code == 200


def test_a_pair_shows_its_evidence(desk, shop):
    shop.bought_with("camera", "strap", n_both=132, n_anchor=1204, lift_lower=3.456)
    page = desk.list("copurchase").content.decode()
    for words in ("camera", "strap", "132 of 1,204 orders", "11.0%", ">3.5<"):
        assert words in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "camera"}, 3),
        ({"q": "strap"}, 0),
        ({"lift": "10"}, 2),
        ({"lift": "50"}, 0),
        ({"orders": "50"}, 1),
        ({"lift": "10", "orders": "50"}, 1),
        ({"lift": "much"}, 3),
    ],
)
def test_pairs_are_found_by_anchor_and_evidence(desk, shop, query, found):
    shop.bought_with("camera", "strap", lift_lower=12, n_both=90)
    shop.bought_with("camera", "case", lift_lower=12, n_both=9)
    shop.bought_with("camera", "bag", lift_lower=1.5, n_both=9)
    assert len(pairs(desk, **query)) == found


def test_pairs_of_a_product_stand_together_best_first(desk, shop):
    shop.bought_with("camera", "strap", "case")
    shop.bought_with("tripod", "bag")
    rows = desk.rows("copurchase")
    assert [row.position for row in rows] == [1, 2, 1]


def test_millions_of_pairs_are_not_counted(desk, shop, monkeypatch):
    monkeypatch.setattr(snapshots, "COUNTED_AT_MOST", 60)
    shop.bought_with("camera", *(f"mate {number}" for number in range(70)))
    with CaptureQueriesContext(connection) as queries:
        response = desk.list("copurchase")
    counts = [it["sql"] for it in queries if "COUNT(" in it["sql"]]
    assert len(counts) == 1
    assert "LIMIT 60" in counts[0]
    assert "ORDER BY" not in counts[0]
    assert response.context["cl"].result_count == 60
    assert desk.list("copurchase", p=2).status_code == 200
    assert len(desk.rows("copurchase", p=2)) == 10


def test_a_list_that_shows_everything_does_not_offer_to_show_all(desk, shop):
    shop.bought_with("camera", "strap")
    assert "Show all" not in desk.list("copurchase").content.decode()
    assert "1 result" in desk.list("copurchase", q="camera").content.decode()


def test_best_sellers_come_best_first_with_their_category(desk, shop):
    shop["camera"].category.name = "Cameras & more"
    shop["camera"].category.save()
    shop.best_sellers("camera", "strap")
    page = desk.list("bestseller").content.decode()
    assert page.index(">camera<") < page.index(">strap<")
    assert "Cameras &amp; more" in page


@pytest.mark.parametrize("model", ["copurchase", "bestseller"])
def test_a_single_row_can_be_opened(desk, shop, model):
    shop.bought_with("camera", "strap")
    shop.best_sellers("camera")
    (row,) = desk.rows(model)
    shop["camera"].delete()
    assert desk.open(model, row.pk).status_code == 200
