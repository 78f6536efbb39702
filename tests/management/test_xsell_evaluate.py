"""`xsell_evaluate` says in a table how well the shop's own orders are completed, and by whom."""

import json
import os
import signal

import pytest
from django.core.management import CommandError, call_command

from demo_shop.models import Product
from tests.services import bakery
from xsell.management.commands import xsell_evaluate
from xsell.models import MiningRun
from xsell.services.mining import evaluating


@pytest.fixture
def breakfasts(db):
    bakery.forty_breakfasts(bakery.shelves())


def result(contestant, *, is_ours=False, **figures):
    shares = ("hit_rate", "hit_rate_again", "hit_rate_new", "coverage", "sold_out_share")
    return {
        "contestant": contestant,
        "is_ours": is_ours,
        "ndcg": 0.1263,
        **dict.fromkeys(shares, 0.342),
        "seconds": 20.6,
        **figures,
    }


def told(*results, difference=None):
    found = {"n_tests": 12_133, "n_known": 140_264, "results": results, "difference": difference}
    return xsell_evaluate.in_words(found).splitlines()


def lines_of_table(lines):
    first = lines.index("") + 1
    return lines[first : lines.index("", first)]


def table(lines):
    """The lines between the two empty ones, one blank between words."""
    return [" ".join(line.split()) for line in lines_of_table(lines)]


def test_the_command_tells_how_well_the_bakerys_breakfasts_are_completed(breakfasts, capsys):
    Product.objects.filter(title="soap").update(stock=0)
    call_command("xsell_evaluate", "--json")
    out, err = capsys.readouterr()
    assert "hidden in each of 5 of the newest orders" in out
    assert "learned from the 69 orders before" in out
    (auto,) = [line for line in table(out.splitlines()) if line.startswith("* auto")]
    assert " 100.0% - 100.0% 100.0% 33.3% " in auto
    figures = json.loads(out.splitlines()[-1])
    assert (figures["n_tests"], figures["results"][0]["sold_out_share"]) == (
        5,
        pytest.approx(1 / 3),
    )
    assert "reading" in err
    assert "evaluating" in err
    assert not MiningRun.objects.exists()


def test_figures_stand_in_columns_with_shares_in_percent():
    lines = told(
        result("auto + history", is_ours=True, ndcg=0.2, hit_rate_again=None),
        result("popularity", coverage=0.0002, seconds=0.04),
    )
    assert table(lines) == [
        "NDCG@10 found again new catalogue sold out seconds",
        "* auto + history 0.2000 34.2% - 34.2% 34.2% 34.2% 20.6",
        "popularity 0.1263 34.2% 34.2% 34.2% 0.0% 34.2% 0.0",
    ]
    assert len({len(line) for line in lines_of_table(lines)}) == 1


def test_every_column_is_explained_above_the_table():
    lines = told(result("auto", is_ours=True))
    assert lines[0].startswith("One product was hidden in each of 12,133 of the newest orders.")
    above = lines[: lines.index("")]
    for title, _, meaning in xsell_evaluate.COLUMNS:
        assert any(title in line and meaning in line for line in above)


@pytest.mark.parametrize(
    ("gap", "low", "high", "said"),
    [
        (0.0051, 0.0041, 0.0062, "auto is better than walk by 0.0051 NDCG@10 (95% 0.0041 to 0.00"),
        (-0.0051, -0.0062, -0.0041, "auto is worse than walk by 0.0051 NDCG@10 (95% -0.0062 to "),
        (0.0001, -0.0010, 0.0012, "auto and walk cannot be told apart: 0.0001 NDCG@10 (95% -0.001"),
        (
            0.0,
            0.0,
            0.0,
            "auto and walk cannot be told apart: 0.0000 NDCG@10 (95% 0.0000 to 0.0000).",
        ),
    ],
)
def test_the_last_line_says_whether_ours_is_better_than_chance_makes_it(gap, low, high, said):
    difference = {"other": "walk", "ndcg": gap, "low": low, "high": high}
    lines = told(result("auto", is_ours=True), result("walk"), difference=difference)
    assert lines[-1].startswith(f"* {said}")


def test_ours_alone_is_compared_with_nobody():
    assert told(result("auto", is_ours=True))[-1] == "Nothing to compare ours with."


@pytest.mark.parametrize(
    ("fill", "complaint"),
    [
        (lambda products: None, "gives no order lines"),
        (bakery.a_month_of_orders, "There is nothing to test on"),
    ],
    ids=["no orders", "single products"],
)
def test_the_command_fails_with_the_reason(db, fill, complaint):
    fill(bakery.shelves())
    with pytest.raises(CommandError, match=complaint):
        call_command("xsell_evaluate")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--since=yesterday"], "invalid moment value: 'yesterday'"),
        (["--k=0"], "k must be"),
        (["--max-tests=0"], "max_tests must be"),
        (["--window-days=3", "--since=2026-01-01"], "since and window_days"),
    ],
)
def test_the_command_refuses_what_it_cannot_understand(breakfasts, options, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command("xsell_evaluate", *options)


def test_a_command_that_is_told_to_end_ends(breakfasts, monkeypatch):
    monkeypatch.setattr(
        evaluating, "evaluate", lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGTERM)
    )
    with pytest.raises(SystemExit) as ended:
        call_command("xsell_evaluate")
    assert ended.value.code == 128 + signal.SIGTERM
