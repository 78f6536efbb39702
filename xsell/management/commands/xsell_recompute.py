"""Mine the shop's orders and let the new relations serve."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xsell.exceptions import XsellError
from xsell.management.progress import Bars
from xsell.management.signals import ending_in_order
from xsell.models import MiningRun
from xsell.services.jobs import run_job
from xsell.services.moments import moment

ASKED = (
    *("since", "until", "window_days", "k", "scoring", "min_count", "half_life_days"),
    *("retune", "evaluate"),
)
STARTED_BY = "xsell_recompute"
UNASKED = {**dict.fromkeys(ASKED), "k": 20, "scoring": "auto", "retune": False, "evaluate": False}


class Command(BaseCommand):
    """`xsell_recompute [--update | --requested | --dry-run] [--since DATE] ... [--json]`"""

    help = "Mine co-purchase relations from the shop's orders and switch to the new snapshot."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--update", action="store_true", help="Read only the orders that changed since."
        )
        what.add_argument(
            "--requested", action="store_true", help="Only if the admin's button asked for it."
        )
        what.add_argument(
            "--dry-run", action="store_true", help="Say what would change, and write nothing."
        )
        parser.add_argument("--since", type=moment, help="Orders from this date or time on.")
        parser.add_argument("--until", type=moment, help="Orders before this date or time.")
        parser.add_argument("--window-days", type=float, help="Orders of the last so many days.")
        parser.add_argument("--k", type=int, default=20, help="Relations per product (20).")
        parser.add_argument(
            "--scoring", default="auto", help="auto (the best for these orders), or a model's name."
        )
        parser.add_argument("--min-count", type=int, help="Fewest common orders (the scoring's).")
        parser.add_argument(
            "--half-life-days", type=float, help="Orders count half after so many days."
        )
        parser.add_argument(
            "--retune", action="store_true", help="Choose the model anew, not once a week."
        )
        parser.add_argument(
            "--evaluate", action="store_true", help="Measure the model beside others, too."
        )
        parser.add_argument("--json", action="store_true", help="Figures as one last line of JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {name: options[name] for name in ASKED}
        if (options["update"] or options["requested"]) and asked != UNASKED:
            raise CommandError("--update and --requested keep to what their run was asked for.")
        by = {"started_by": STARTED_BY}
        name, arguments = "recompute_relations", {**by, **asked}
        if options["dry_run"]:
            name, arguments = "preview_relations", asked
        elif options["requested"]:
            name, arguments = "run_requested", {}
        elif options["update"]:
            name, arguments = "update_relations", by
        try:
            with Bars(self.stderr) as bars, ending_in_order():
                found = run_job(name, progress=bars, **arguments)
        except (XsellError, ValueError) as error:
            raise CommandError(str(error)) from error
        if options["dry_run"]:
            self.say(in_words_of_preview(found), found, options)
        elif found is None:
            self.say("Nobody asked for new relations.", {"run": None}, options)
        else:
            run = MiningRun.objects.get(pk=found)
            self.say(in_words(run), figures(run), options)

    def say(self, words: str, figures: dict[str, Any], options: dict[str, Any]) -> None:
        """The words, and the figures as a last line if they were asked for."""
        self.stdout.write(words)
        if options["json"]:
            self.stdout.write(json.dumps(figures))


def in_words(run: MiningRun) -> str:
    """What the run did, in numbers."""
    lines = [
        (
            f"Run {run.pk}: {run.n_pairs:,} relations between {run.n_products:,} products from "
            f"{run.n_baskets:,} orders ({run.n_lines:,} lines) in {sum(run.seconds.values()):.1f} s"
            f" and {run.peak_memory_mb:,} MB; it serves now."
        ),
        f"  scored by {run.model.get('scoring', '?')}, orders as of {run.read_at:%Y-%m-%d %H:%M}",
        (
            f"  what comes next: {run.following.get('n_next_steps', 0):,} next steps, "
            f"{run.following.get('n_gaps', 0):,} products that are bought again"
        ),
        *(f"  left out: {count:,} {reason}" for reason, count in run.dropped.items() if count),
    ]
    return "\n".join(lines)


def in_words_of_preview(said: dict[str, Any]) -> str:
    """What a run would do, in numbers."""
    return (
        f"A run would find {said['relations']:,} relations between {said['products']:,} products "
        f"from {said['baskets']:,} orders ({said['lines']:,} lines), scored by {said['scoring']}: "
        f"{said['new']:,} new, {said['gone']:,} gone, {said['kept']:,} as they serve now. "
        "Nothing was written."
    )


def figures(run: MiningRun) -> dict[str, Any]:
    """The run's figures for machines."""
    return {
        "run": run.pk,
        "kind": run.kind,
        "relations": run.n_pairs,
        "products": run.n_products,
        "baskets": run.n_baskets,
        "lines": run.n_lines,
        "dropped": run.dropped,
        "model": run.model,
        "following": run.following,
        "seconds": run.seconds,
        "memory_mb": run.memory_mb,
        "peak_memory_mb": run.peak_memory_mb,
        "evaluation": run.evaluation,
    }
