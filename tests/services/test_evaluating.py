"""How well are the bakery's own orders completed, and with what that can be bought?"""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from django.utils import timezone

from demo_shop.models import Product
from tests.services import bakery
from xsell.engine import Report
from xsell.engine.evaluation import Result
from xsell.exceptions import MiningFailed
from xsell.models import CoPurchase, MiningRun
from xsell.services.mining import evaluate_relations, recompute_relations
from xsell.services.mining.evaluating import as_rows

QUICK = ("popularity", "confidence")


@pytest.fixture
def breakfasts(products):
    bakery.forty_breakfasts(products)


def contestant(name, *, gains=(1.0, 0.0), again=0.5, suggested=None):
    """A result as the engine gives it; `suggested`: product -> how often."""
    shown = suggested or {"bread": 10, "butter": 10}
    return Result(
        contestant=name,
        parameters={"lam": float("inf"), "habit": {"base": 0.7}},
        ndcg=float(np.mean(gains)),
        hit_rate=0.5,
        hit_rate_again=again,
        hit_rate_new=0.5,
        coverage=0.1,
        seconds=1.23456,
        gains=np.array(gains),
        suggested=np.array(sorted(shown)),
        n_suggested=np.array([shown[product] for product in sorted(shown)]),
    )


def rows_of(*contestants, sold_out=()):
    report = Report(contestants, n_tests=2, n_known=90)
    return as_rows(report, lambda products: ~np.isin(products, list(sold_out)))


@pytest.mark.django_db
def test_every_contestant_completes_the_newest_breakfasts(breakfasts):
    found = evaluate_relations(contestants=[*QUICK, "auto"])
    # of 76 orders the newest seven: five breakfasts and two bars of soap
    assert (found["n_tests"], found["n_known"]) == (5, 69)
    assert {it["contestant"]: it["is_ours"] for it in found["results"]} == {
        "popularity": False,
        "confidence": False,
        "auto": True,
    }
    scores = [it["ndcg"] for it in found["results"]]
    assert scores == sorted(scores, reverse=True)
    assert all(it["hit_rate"] == 1.0 for it in found["results"])  # of three others one was hidden


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "share"),
    [
        ({"stock": 1}, 0.0),
        ({"stock": 0}, 1 / 3),
        ({"is_published": False}, 1 / 3),
        ({"price": None}, 1 / 3),
    ],
)
def test_soap_that_cannot_be_bought_takes_one_of_three_places(breakfasts, change, share):
    Product.objects.filter(title="soap").update(**change)
    found = evaluate_relations(contestants=QUICK)
    assert [it["sold_out_share"] for it in found["results"]] == pytest.approx([share, share])


@pytest.mark.django_db
def test_guests_buy_nothing_again_and_figures_are_as_json_takes_them(breakfasts):
    found = evaluate_relations()
    assert {it["hit_rate_again"] for it in found["results"]} == {None}
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@pytest.mark.django_db
def test_nothing_is_written_and_few_questions_are_asked(breakfasts, django_assert_num_queries):
    with django_assert_num_queries(3):  # orders, lines, what can be bought
        evaluate_relations(contestants=QUICK)
    assert not MiningRun.objects.exists()
    assert not CoPurchase.objects.exists()


@pytest.mark.django_db
def test_only_the_orders_asked_for_are_looked_at(breakfasts):
    a_month_ago = timezone.now() - timedelta(days=30.5)
    assert evaluate_relations(window_days=30.5, contestants=QUICK)["n_known"] == 51
    assert evaluate_relations(since=a_month_ago, contestants=QUICK)["n_known"] == 51
    assert evaluate_relations(until=a_month_ago, contestants=QUICK)["n_known"] == 18
    assert evaluate_relations(max_tests=2, contestants=QUICK)["n_tests"] == 2


@pytest.mark.django_db
def test_progress_tells_of_reading_and_of_the_contestants(breakfasts):
    told = []
    evaluate_relations(contestants=QUICK, progress=lambda *step: told.append(step))
    assert told == [("reading", 116, 116), ("evaluating", 1, 2), ("evaluating", 2, 2)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"k": 0}, "k must be"),
        ({"max_tests": 0}, "max_tests"),
        ({"contestants": ["nobody"]}, "nobody"),
        ({"window_days": -1}, "window_days"),
        ({"window_days": 3, "since": timezone.now()}, "since and window_days"),
    ],
)
def test_an_argument_out_of_range_is_refused_by_name(breakfasts, arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        evaluate_relations(**arguments)


@pytest.mark.django_db
def test_a_shop_without_orders_is_told_so(products):
    with pytest.raises(MiningFailed, match="gives no order lines placed from the beginning"):
        evaluate_relations()


@pytest.mark.django_db
def test_newest_orders_of_single_products_are_nothing_to_test_on(orders):
    with pytest.raises(MiningFailed, match="There is nothing to test on"):
        evaluate_relations()


@pytest.mark.django_db
def test_a_run_that_evaluates_keeps_the_figures(breakfasts):
    run = MiningRun.objects.get(pk=recompute_relations(evaluate=True))
    assert run.evaluation["n_tests"] == 5
    assert "auto" in {it["contestant"] for it in run.evaluation["results"]}
    assert run.evaluation["difference"]["low"] <= run.evaluation["difference"]["high"]
    assert run.seconds["evaluating"] > 0


@pytest.mark.django_db
def test_a_run_that_has_nothing_to_test_on_serves_all_the_same_and_says_why(orders):
    run = MiningRun.objects.get(pk=recompute_relations(evaluate=True))
    assert (run.status, run.is_active) == ("ready", True)
    assert run.evaluation["n_tests"] == 0
    assert "nothing to test on" in run.evaluation["reason"]


@pytest.mark.parametrize(
    ("sold_out", "share"),
    [((), 0.0), (("jam",), 0.25), (("jam", "bread"), 1.0), (("cake",), 0.0)],
)
def test_the_sold_out_share_is_of_places_and_not_of_products(sold_out, share):
    found = rows_of(contestant("walk", suggested={"bread": 15, "jam": 5}), sold_out=sold_out)
    assert found["results"][0]["sold_out_share"] == share


def test_who_suggests_nothing_has_no_sold_out_share():
    silent = replace(
        contestant("count"), suggested=np.empty(0, "U5"), n_suggested=np.empty(0, np.int64)
    )
    assert rows_of(silent)["results"][0]["sold_out_share"] is None


def test_keys_of_any_kind_are_told_apart():
    one, two = UUID(int=1), UUID(int=2)
    found = rows_of(contestant("walk", suggested={one: 3, two: 1}), sold_out=[two])
    assert found["results"][0]["sold_out_share"] == 0.25


def test_what_is_not_a_number_is_none():
    (row,) = rows_of(contestant("walk", again=float("nan")))["results"]
    assert row["hit_rate_again"] is None
    assert row["parameters"] == {"lam": None, "habit": {"base": 0.7}}
    assert row["seconds"] == 1.235


@pytest.mark.parametrize(
    ("contestants", "other"),
    [
        (["auto + history", "auto", "ridge", "walk"], "ridge"),
        (["ridge", "walk", "auto"], "ridge"),
        (["auto + history", "auto"], None),
        (["ridge", "walk"], None),
    ],
)
def test_ours_is_compared_with_the_best_of_the_others(contestants, other):
    gains = {"auto": (1.0, 0.5), "ridge": (0.5, 0.5)}
    report = [contestant(name, gains=gains.get(name, (0.1, 0.1))) for name in contestants]
    difference = rows_of(*report)["difference"]
    if other is None:
        assert difference is None
        return
    assert (difference["other"], difference["ndcg"]) == (other, 0.25)
    assert 0.0 <= difference["low"] <= 0.25 <= difference["high"] <= 0.5
