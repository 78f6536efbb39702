"""Count who is in each segment."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xsell.exceptions import XsellError
from xsell.management.progress import Bars
from xsell.management.signals import ending_in_order
from xsell.services.jobs import run_job


class Command(BaseCommand):
    """`xsell_segments [NAME ...] [--json]`"""

    help = (
        "Go through all orders of customers, and write down who is in each segment: for the sizes "
        "in the admin, for reports and exports. Pages decide by themselves, at each request."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="Only these segments (all).")
        parser.add_argument("--json", action="store_true", help="Figures as one last line of JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Bars(self.stderr) as bars, ending_in_order():
                found = run_job("count_segments", names=options["names"], progress=bars)
        except XsellError as error:
            raise CommandError(str(error)) from error
        for line in in_words(found):
            self.stdout.write(line)
        if options["json"]:
            self.stdout.write(json.dumps(found))


def in_words(found: Mapping[str, Any]) -> Iterator[str]:
    """The sizes as a table, the segments in the order in which they were made."""
    segments, n_customers = found["segments"], found["customers"]
    if not segments:
        yield "There are no segments to count."
        return
    yield f"{n_customers:,} customers, {found['lines']:,} order lines"
    width = max(len(it["name"]) for it in segments)
    for it in segments:
        share = f" ({it['members'] / n_customers:.1%})" if n_customers else ""
        yield f"{it['name']:{width}}  {it['members']:,}{share}"
