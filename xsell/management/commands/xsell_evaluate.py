"""Say how well the shop's own carts get completed, before anybody believes it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xsell.exceptions import XsellError
from xsell.management.progress import Bars
from xsell.management.signals import ending_in_order
from xsell.services.jobs import run_job
from xsell.services.moments import moment

ASKED = ("since", "until", "window_days", "k", "max_tests")
COLUMNS = (
    ("NDCG@10", "ndcg", "1 where the hidden product always comes first, less the lower it stands"),
    ("found", "hit_rate", "the hidden product is among the ten"),
    ("again", "hit_rate_again", "the same, of what the shopper had bought before"),
    ("new", "hit_rate_new", "the same, of what the shopper bought for the first time"),
    ("catalogue", "coverage", "products suggested at least once, of all that were sold before"),
    ("sold out", "sold_out_share", "suggested places held by products that cannot be bought now"),
    ("seconds", "seconds", "to learn from the older orders and to complete the carts"),
)
TEST = """\
One product was hidden in each of {n_tests:,} of the newest orders. Whoever completes them with ten
suggestions each has learned from the {n_known:,} orders before."""
NAME_WIDTH, WIDTH = 18, 11


class Command(BaseCommand):
    """`xsell_evaluate [--since DATE] [--until DATE] [--window-days N] [--json]`"""

    help = "Hide one product of each of the newest orders, and see who suggests it. Writes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=moment, help="Orders from this date or time on.")
        parser.add_argument("--until", type=moment, help="Orders before this date or time.")
        parser.add_argument("--window-days", type=float, help="Orders of the last so many days.")
        parser.add_argument("--k", type=int, default=20, help="Relations per product (20).")
        parser.add_argument(
            "--max-tests", type=int, default=20_000, help="Hide so many products at most (20000)."
        )
        parser.add_argument("--json", action="store_true", help="Figures as one last line of JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {name: options[name] for name in ASKED}
        try:
            with Bars(self.stderr) as bars, ending_in_order():
                found = run_job("evaluate_relations", progress=bars, **asked)
        except (XsellError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(in_words(found))
        if options["json"]:
            self.stdout.write(json.dumps(found))


def in_words(found: Mapping[str, Any]) -> str:
    """The evaluation as a table, with what its columns say and who is better."""
    lines = [
        TEST.format(**found),
        *(f"  {title:<{WIDTH}}{meaning}" for title, _, meaning in COLUMNS),
        "",
        " " * NAME_WIDTH + "".join(f"{title:>{WIDTH}}" for title, _, _ in COLUMNS),
        *(row(result) for result in found["results"]),
        "",
        verdict(found["difference"]),
    ]
    return "\n".join(lines)


def row(result: Mapping[str, Any]) -> str:
    """One contestant's line of the table; ours are marked."""
    name = f"{'*' if result['is_ours'] else ' '} {result['contestant']}"
    cells = (cell(key, result[key]) for _, key, _ in COLUMNS)
    return f"{name:<{NAME_WIDTH}}" + "".join(f"{it:>{WIDTH}}" for it in cells)


def cell(key: str, value: float | None) -> str:
    """A figure as it stands in the table.

    >>> cell("ndcg", 0.1263), cell("hit_rate", 0.342), cell("seconds", 20.6)
    ('0.1263', '34.2%', '20.6')
    >>> cell("hit_rate_again", None)
    '-'
    """
    if value is None:
        return "-"
    return {"ndcg": f"{value:.4f}", "seconds": f"{value:.1f}"}.get(key, f"{value:.1%}")


def verdict(difference: Mapping[str, Any] | None) -> str:
    """Whether ours, marked by a star, beats the best of the others by more than chance.

    >>> verdict({"other": "ridge", "ndcg": 0.00512, "low": 0.00406, "high": 0.00618})
    '* auto is better than ridge by 0.0051 NDCG@10 (95% 0.0041 to 0.0062).'
    >>> verdict({"other": "walk", "ndcg": 0.0, "low": -0.001, "high": 0.001})
    '* auto and walk cannot be told apart: 0.0000 NDCG@10 (95% -0.0010 to 0.0010).'
    """
    if difference is None:
        return "Nothing to compare ours with."
    gap, low, high = (difference[key] for key in ("ndcg", "low", "high"))
    other, interval = difference["other"], f"(95% {low:.4f} to {high:.4f})"
    if low <= 0 <= high:
        return f"* auto and {other} cannot be told apart: {gap:.4f} NDCG@10 {interval}."
    which = "better" if gap > 0 else "worse"
    return f"* auto is {which} than {other} by {abs(gap):.4f} NDCG@10 {interval}."
