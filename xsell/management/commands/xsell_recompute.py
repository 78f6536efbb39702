"""Mine the shop's orders and let the new relations serve."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from xsell.exceptions import XsellError
from xsell.management.progress import Bars
from xsell.management.signals import ending_in_order
from xsell.models import MiningRun
from xsell.services.jobs import run_job


class Command(BaseCommand):
    """`xsell_recompute [--since DATE] [--until DATE] [--json]`"""

    help = "Mine co-purchase relations from the shop's orders and switch to the new snapshot."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=moment, help="Orders from this date or time on.")
        parser.add_argument("--until", type=moment, help="Orders before this date or time.")
        parser.add_argument("--k", type=int, default=20, help="Relations per product (20).")
        parser.add_argument("--min-count", type=int, default=3, help="Fewest common orders (3).")
        parser.add_argument(
            "--half-life-days", type=float, help="Orders count half after so many days."
        )
        parser.add_argument("--json", action="store_true", help="Figures as one last line of JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("since", "until", "k", "min_count", "half_life_days")
        arguments = {name: options[name] for name in names}
        try:
            with Bars(self.stderr) as bars, ending_in_order():
                pk = run_job(
                    "recompute_relations", started_by="xsell_recompute", progress=bars, **arguments
                )
        except (XsellError, ValueError) as error:
            raise CommandError(str(error)) from error
        run = MiningRun.objects.get(pk=pk)
        self.stdout.write(
            f"Run {run.pk}: {run.n_pairs:,} relations between {run.n_products:,} products from "
            f"{run.n_baskets:,} orders ({run.n_lines:,} lines) in {sum(run.seconds.values()):.1f} s"
            f" and {run.peak_memory_mb:,} MB; it serves now."
        )
        for reason, count in run.dropped.items():
            if count:
                self.stdout.write(f"  left out: {count:,} {reason}")
        if options["json"]:
            self.stdout.write(json.dumps(figures(run)))


def figures(run: MiningRun) -> dict[str, Any]:
    """The run's figures for machines."""
    return {
        "run": run.pk,
        "relations": run.n_pairs,
        "products": run.n_products,
        "baskets": run.n_baskets,
        "lines": run.n_lines,
        "dropped": run.dropped,
        "seconds": run.seconds,
        "peak_memory_mb": run.peak_memory_mb,
    }


def moment(text: str) -> datetime:
    """A date or a time as the project's own kind of datetime. Raise ValueError if it is none."""
    found = parse_datetime(text)
    if found is None:
        day = parse_date(text)
        if day is None:
            raise ValueError(f"{text!r} is neither a date nor a time in ISO format")
        found = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - made aware below
    if timezone.is_naive(found) and timezone.is_aware(timezone.now()):
        return timezone.make_aware(found)
    return found
