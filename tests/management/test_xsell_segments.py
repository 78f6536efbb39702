"""`xsell_segments` counts and says what it counted."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests import factories as make


@pytest.fixture
def segments(shop):
    for number in range(3):
        shop.ordered(make.UserFactory(), *["bread"] * (number + 1))
    shop.segment("All", {"orders_at_least": 1})
    shop.segment("Big spenders", {"spent_at_least": 6})


def test_it_says_the_size_of_each_segment(segments, capsys):
    call_command("xsell_segments")
    assert capsys.readouterr().out.splitlines() == [
        "3 customers, 6 order lines",
        "All           3 (100.0%)",
        "Big spenders  1 (33.3%)",
    ]


def test_the_last_line_is_for_machines(segments, capsys):
    call_command("xsell_segments", "Big spenders", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {
        "customers": 3,
        "lines": 6,
        "segments": [{"name": "Big spenders", "members": 1}],
    }


def test_nothing_to_count_is_no_failure(shop, capsys):
    call_command("xsell_segments")
    assert capsys.readouterr().out == "There are no segments to count.\n"


def test_an_unknown_segment_fails(segments):
    with pytest.raises(CommandError, match=r"no segment 'Nomads'. Known: All, Big spenders"):
        call_command("xsell_segments", "Nomads")
