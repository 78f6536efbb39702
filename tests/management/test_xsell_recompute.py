"""`xsell_recompute` says what it did, and ends in order."""

import json
import os
import signal

import pytest
from django.core.management import CommandError, call_command

from demo_shop.models import Order
from tests import factories as make
from tests.services import bakery
from xsell.models import CoPurchase, MiningRun
from xsell.services.mining import recomputing

pytestmark = pytest.mark.django_db


@pytest.fixture
def products():
    return bakery.shelves()


@pytest.fixture
def orders(products):
    bakery.a_month_of_orders(products)


def test_the_command_says_what_it_did_in_numbers(orders, capsys):
    call_command("xsell_recompute", "--scoring=information", "--json")
    out, err = capsys.readouterr()
    told, figures = out.splitlines()[0], json.loads(out.splitlines()[-1])
    assert "2 relations between 4 products from 30 orders (40 lines)" in told
    assert (figures["relations"], figures["kind"]) == (2, "full")
    steps = {"reading", "mining", "categories", "writing", "what comes next", "switching"}
    assert set(figures["seconds"]) == steps
    assert "what comes next: 0 next steps, 0 products that are bought again" in out
    assert figures["following"]["latest_days"] == 90
    assert set(figures["memory_mb"]) == set(figures["seconds"])
    assert figures["peak_memory_mb"] == max(figures["memory_mb"].values())
    assert "reading" in err
    assert "writing" in err


def test_a_dry_run_says_what_would_change_and_writes_nothing(orders, products, capsys):
    call_command("xsell_recompute")
    before = MiningRun.objects.count(), CoPurchase.objects.count()
    for _ in range(12):
        bakery.order(products, "jam", "butter")
    Order.objects.filter(lines__product=products["bread"]).update(status="cancelled")
    call_command("xsell_recompute", "--dry-run", "--json")
    out = capsys.readouterr().out
    figures = json.loads(out.splitlines()[-1])
    assert (figures["new"], figures["gone"], figures["kept"]) == (2, 2, 0)
    assert "2 new, 2 gone, 0 as they serve now. Nothing was written." in out
    assert (MiningRun.objects.count(), CoPurchase.objects.count()) == before


def test_a_dry_run_of_a_shop_whose_relations_hold_changes_nothing(orders, capsys):
    call_command("xsell_recompute")
    call_command("xsell_recompute", "--dry-run")
    assert "0 new, 0 gone, 2 as they serve now" in capsys.readouterr().out


def test_an_update_is_asked_for_by_cron(orders, products, settings, tmp_path, capsys):
    settings.XSELL_STORE = tmp_path
    call_command("xsell_recompute")
    bakery.order(products, "bread", "butter")
    call_command("xsell_recompute", "--update", "--json")
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (figures["kind"], figures["lines"]) == ("update", 42)


def test_a_request_is_picked_up_by_cron(orders, capsys):
    call_command("xsell_recompute", "--requested")
    assert "Nobody asked" in capsys.readouterr().out
    make.MiningRunFactory(status="requested", is_active=False, started_by="Ann")
    call_command("xsell_recompute", "--requested")
    assert "it serves now" in capsys.readouterr().out
    assert MiningRun.objects.get(is_active=True).started_by == "Ann"


def test_the_command_fails_with_the_reason(db):
    with pytest.raises(CommandError, match="gives no order lines"):
        call_command("xsell_recompute")


def test_the_command_fails_while_another_run_is_at_work(orders):
    recomputing.start_run(started_by="the night", parameters={}, kind="full")
    with pytest.raises(CommandError, match="started by the night, is at work"):
        call_command("xsell_recompute")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--since=yesterday"], "invalid moment value: 'yesterday'"),
        (["--k=0"], "k must be"),
        (["--scoring=magic"], "scoring must be one of"),
        (["--window-days=0"], "window_days must be above 0"),
        (["--window-days=9", "--since=2026-01-01"], "since and window_days both"),
        (["--since=2026-02-01", "--until=2026-01-01"], "must be before until"),
        (["--update", "--dry-run"], "not allowed with"),
        (["--update", "--window-days=9"], "keep to what their run was asked for"),
        (["--requested", "--evaluate"], "keep to what their run was asked for"),
    ],
)
def test_the_command_refuses_what_it_cannot_understand(orders, options, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command("xsell_recompute", *options)
    assert not MiningRun.objects.exists()


def test_a_command_that_is_told_to_end_marks_its_run_failed(orders, monkeypatch):
    def end_me(*args, **kwargs):
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(recomputing, "mined", end_me)
    with pytest.raises(SystemExit) as ended:
        call_command("xsell_recompute")
    assert ended.value.code == 128 + signal.SIGTERM
    assert MiningRun.objects.get().status == "failed"
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
