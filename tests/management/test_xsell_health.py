"""`xsell_health` says in words and figures what to look at, and fails when somebody must."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from demo_shop.models import Product
from tests import factories as make
from xsell.models import MiningRun


def told(capsys, *arguments):
    call_command("xsell_health", *arguments)
    return capsys.readouterr().out.splitlines()


@pytest.fixture
def served(shop):
    now = timezone.now()
    shop.stock("strap", "case", "tripod")
    shop.stock("film", stock=0)
    shop.bought_with("camera", "film", "strap", "plate")
    shop.bought_with("case", "film")
    shop.best_sellers("tripod", "camera")
    Product.objects.filter(pk=shop["plate"].pk).delete()
    MiningRun.objects.update(
        n_pairs=1204, read_at=now - timedelta(hours=3), finished_at=now - timedelta(hours=2)
    )
    return shop


def test_it_says_what_serves_what_is_missing_and_what_is_dead(served, capsys):
    lines = told(capsys)
    pk = {name: served[name].pk for name in ("case", "film", "plate", "strap", "tripod")}
    said = {" ".join(line.split()) for line in lines}
    assert said >= {
        f"serves run {served.run.pk}, 1,204 relations",
        "products on sale 4",
        "without suggestions 2 (50.0%)",
        "of these sold 1",
        f"such as tripod [{pk['tripod']}], strap [{pk['strap']}]",
        "all mined ones dead 1 (25.0%)",
        f"such as case [{pk['case']}]",
        "mined pairs 4",
        "product gone 1 (25.0%)",
        "cannot be bought now 2 (50.0%)",
        f"most named film [{pk['film']}] x2, gone [{pk['plate']}]",
        "offers 0",
    }
    assert any(line.startswith("orders as of") and line.endswith("3 hours ago") for line in lines)


def test_the_last_line_can_be_read_by_machines(served, capsys):
    figures = json.loads(told(capsys, "--json")[-1])
    film = {"product": str(served["film"].pk), "title": "film", "rows": 2}
    assert figures["serving"] == served.run.pk
    assert figures["age_hours"] == pytest.approx(3, abs=0.1)
    assert (figures["products_on_sale"], figures["without_suggestions"]) == (4, 2)
    assert figures["every_mined_suggestion_dead"] == 1
    assert figures["targets"]["mined_pairs"]["gone"] == 1
    assert figures["targets"]["mined_pairs"]["examples"][0] == film
    assert figures["troubles"] == []


def test_live_offers_that_cannot_show_are_told(shop, capsys):
    offer = shop.offer("strap", {"dates": "2020-01-01/2020-01-31"}, name="Winter of 2020")
    said = {" ".join(line.split()) for line in told(capsys)}
    assert said >= {"conditions never hold 1", f"such as Winter of 2020 [{offer.pk}]"}
    figures = json.loads(told(capsys, "--json")[-1])["offers"]
    example = {"offer": offer.pk, "name": "Winter of 2020"}
    assert figures["conditions_never_hold"] == {"offers": 1, "examples": [example]}
    assert figures["over"] == {"offers": 0, "examples": []}


def test_figures_alone_never_fail(shop, capsys):
    shop.stock("camera", "film", stock=0)
    shop.bought_with("camera", "film")
    assert "cannot be bought now" in "\n".join(told(capsys))


@pytest.mark.parametrize(
    ("run", "arguments", "complaint"),
    [
        ({"is_active": False}, [], "No snapshot serves"),
        ({"hours": 49}, [], "no order of the last 49 hours; 48 are allowed"),
        ({"hours": 3}, ["--max-age-hours=2"], "no order of the last 3 hours; 2 are allowed"),
        ({"hours": 3, "failed": "The disk is full."}, [], "failed: The disk is full."),
    ],
    ids=["nothing serves", "too old", "older than asked", "the newest failed"],
)
def test_it_fails_where_somebody_has_to_look(db, capsys, run, arguments, complaint):
    started_at = timezone.now() - timedelta(hours=run.get("hours", 1))
    make.MiningRunFactory(started_at=started_at, is_active=run.get("is_active", True))
    if "failed" in run:
        make.MiningRunFactory(is_active=False, status=MiningRun.Status.FAILED, error=run["failed"])
    with pytest.raises(CommandError, match=complaint):
        call_command("xsell_health", "--json", *arguments)
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert complaint in figures["troubles"][0]


@pytest.mark.parametrize("hours", ["soon", "0", "-1", "nan"])
def test_a_senseless_age_is_refused(hours):
    with pytest.raises(CommandError, match="no number of hours above 0"):
        call_command("xsell_health", f"--max-age-hours={hours}")


def test_a_silent_run_and_waiting_requests_are_told(shop, capsys):
    an_hour_ago = timezone.now() - timedelta(hours=1)
    running = make.MiningRunFactory(
        is_active=False, status=MiningRun.Status.RUNNING, started_at=an_hour_ago
    )
    for hours in (5, 100):
        make.MiningRunFactory(
            is_active=False,
            status=MiningRun.Status.REQUESTED,
            started_at=timezone.now() - timedelta(hours=hours),
        )
    said = {" ".join(line.split()) for line in told(capsys)}
    assert said >= {
        f"newest run {shop.run.pk}: Ready",
        f"at work run {running.pk}, last sign of life 60 min ago (silent: the next run takes over)",
        "requests waiting 2, the first for 4 days",
    }


def test_a_rung_that_costs_less_than_the_one_below_is_named(served, capsys):
    served.stock("good", price=Decimal("6.00"))
    served.stock("better", price=Decimal("5.50"))
    served.ladder("good", "better", name="Coffee")
    said = {" ".join(line.split()) for line in told(capsys)}
    assert said >= {
        "rungs cheaper than the one below 1",
        "Coffee Better 5.50 USD, Good 6.00 USD",
    }
    (fault,) = json.loads(told(capsys, "--json")[-1])["rungs_cheaper_than_the_one_below"]
    assert fault == {
        "ladder": "Coffee",
        "lower": "Good",
        "lower_price": "6.00",
        "higher": "Better",
        "higher_price": "5.50",
        "currency": "USD",
    }
