"""`xsell_recompute` says what it did, and ends in order."""

import os
import signal

import pytest
from django.core.management import CommandError, call_command

from tests.services import bakery
from xsell.models import MiningRun
from xsell.services import mining

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders():
    bakery.a_month_of_orders(bakery.shelves())


def test_the_command_says_what_it_did_in_numbers(orders, capsys):
    call_command("xsell_recompute", "--json")
    out, err = capsys.readouterr()
    told, figures = out.splitlines()[0], out.splitlines()[-1]
    assert "2 relations between 4 products from 30 orders (40 lines)" in told
    assert '"relations": 2' in figures
    assert "reading" in err
    assert "writing" in err


def test_the_command_fails_with_the_reason(db):
    with pytest.raises(CommandError, match="gives no order lines"):
        call_command("xsell_recompute")


@pytest.mark.parametrize(
    ("option", "complaint"),
    [("--since=yesterday", "invalid moment value: 'yesterday'"), ("--k=0", "k must be")],
)
def test_the_command_refuses_what_it_cannot_understand(orders, option, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command("xsell_recompute", option)
    assert not MiningRun.objects.filter(is_active=True).exists()


def test_a_command_that_is_told_to_end_marks_its_run_failed(orders, monkeypatch):
    def end_me(*args, **kwargs):
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(mining, "mine", end_me)
    with pytest.raises(SystemExit) as ended:
        call_command("xsell_recompute")
    assert ended.value.code == 128 + signal.SIGTERM
    assert MiningRun.objects.get().status == "failed"
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
