"""Say how well the shop is served, and fail where somebody has to look."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from xsell.adapters import get_adapter
from xsell.models import MiningRun
from xsell.selection.health import EXAMPLES, Counted, Health, examine_shop
from xsell.selection.runs import Freshness
from xsell.values import ProductId

Row = tuple[str, str]


class Command(BaseCommand):
    """`xsell_health [--max-age-hours N] [--json]`"""

    help = (
        "Say which products have no suggestions, which suggestions are dead, and how old what "
        "serves is. Fails if nothing serves, if it is too old, or if the newest run failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--max-age-hours",
            type=hours,
            default=48.0,
            help="Fail if what serves knows no order of the last so many hours (48).",
        )
        parser.add_argument("--json", action="store_true", help="Figures as one last line of JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        health = examine_shop(get_adapter(), now=timezone.now())
        troubles = list(health.runs.troubles(timedelta(hours=options["max_age_hours"])))
        rows = [
            *about_runs(health.runs),
            *about_products(health),
            *about_targets(health),
            *about_offers(health),
            *about_ladders(health),
        ]
        width = max(len(name) for name, _ in rows)
        for name, said in rows:
            self.stdout.write(f"{name:{width}}  {said}".rstrip())
        if options["json"]:
            self.stdout.write(json.dumps({**figures(health), "troubles": troubles}))
        if troubles:
            raise CommandError(" ".join(troubles))


def about_runs(runs: Freshness) -> Iterator[Row]:
    """What serves, what happened last, what is at work and what waits."""
    serving = runs.serving
    if serving is None:
        yield "serves", "nothing mined"
    else:
        yield "serves", f"run {serving.pk}, {serving.n_pairs:,} relations"
        yield "orders as of", f"{moment(runs.orders_as_of)}, {span(runs.age)} ago"
    if runs.newest is not None:
        yield "newest run", f"{runs.newest.pk}: {in_words(runs.newest)}"
    if runs.running is not None:
        seen_at = runs.running.seen_at or runs.running.started_at
        silent = " (silent: the next run takes over)" if runs.is_silent else ""
        at = f"last sign of life {span(runs.now - seen_at)} ago{silent}"
        yield "at work", f"run {runs.running.pk}, {at}"
    if runs.waiting_since is not None:
        waiting = f"{runs.n_waiting:,}, the first for {span(runs.now - runs.waiting_since)}"
        yield "requests waiting", waiting


def about_products(health: Health) -> Iterator[Row]:
    """What is on sale, and what goes with nothing."""
    found = health.coverage
    yield "products on sale", f"{found.n_on_sale:,}"
    yield "  without suggestions", share(found.n_without, found.n_on_sale)
    yield "    of these sold", f"{found.n_without_sold:,}"
    if found.without:
        yield "    such as", named(health, ((key, 1) for key in found.without))
    yield "  all mined ones dead", share(found.n_dead_ends, found.n_on_sale)
    if found.dead_ends:
        yield "    such as", named(health, ((key, 1) for key in found.dead_ends))


def about_targets(health: Health) -> Iterator[Row]:
    """What suggests products that are gone or cannot be bought now."""
    for kind, targets in health.targets.items():
        yield kind, f"{targets.n_rows:,}"
        if targets.n_gone:
            yield "  product gone", share(targets.n_gone, targets.n_rows)
        if targets.n_rows:
            yield "  cannot be bought now", share(targets.n_unavailable, targets.n_rows)
        if targets.dead:
            yield "    most named", named(health, targets.dead)


def about_ladders(health: Health) -> Iterator[Row]:
    """Rungs that cost less than the one below."""
    yield "rungs cheaper than the one below", f"{len(health.disorders):,}"
    for it in health.disorders[:EXAMPLES]:
        prices = f"{it.higher_price} {it.currency}, {it.lower} {it.lower_price} {it.currency}"
        yield f"    {it.ladder}", f"{it.higher} {prices}"


def about_offers(health: Health) -> Iterator[Row]:
    """Live offers that cannot show, or lead nowhere, as they are written."""
    for fault, flagged in health.offers.items():
        if flagged.n_offers:
            yield f"  {fault}", f"{flagged.n_offers:,}"
            yield "    such as", ", ".join(f"{name} [{key}]" for key, name in flagged.examples)


def share(count: int, total: int) -> str:
    """The count and its share of the total: 12 (3.4%)."""
    return f"{count:,} ({count / total:.1%})" if total else f"{count:,}"


def named(health: Health, products: Iterable[Counted]) -> str:
    """Some products by name, with the number of rows that name them where there are several."""
    return ", ".join(
        f"{health.titles.get(product_id, 'gone')} [{product_id}]"
        + (f" x{n_rows:,}" if n_rows > 1 else "")
        for product_id, n_rows in products
    )


def in_words(run: MiningRun) -> str:
    """State and end of a run."""
    ended = f" {moment(run.finished_at)}" if run.finished_at is not None else ""
    error = f": {run.error}" if run.error else ""
    return f"{run.get_status_display()}{ended}{error}"


def moment(at: datetime | None) -> str:
    """The moment in the shop's time zone, to the minute."""
    if at is None:
        return ""
    local = timezone.localtime(at) if timezone.is_aware(at) else at
    return f"{local:%Y-%m-%d %H:%M}"


def span(length: timedelta | None) -> str:
    """The span in its largest unit that says enough: 3 days, 47 hours, 12 minutes."""
    minutes = int((length or timedelta()) / timedelta(minutes=1))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} hours" if minutes < 60 * 72 else f"{minutes // 1440:,} days"


def figures(health: Health) -> dict[str, Any]:
    """All of it for machines."""
    runs, found = health.runs, health.coverage
    return {
        "serving": None if runs.serving is None else runs.serving.pk,
        "orders_as_of": None if runs.orders_as_of is None else runs.orders_as_of.isoformat(),
        "age_hours": None if runs.age is None else round(runs.age / timedelta(hours=1), 2),
        "newest": None if runs.newest is None else runs.newest.pk,
        "newest_status": "" if runs.newest is None else runs.newest.status,
        "newest_error": "" if runs.newest is None else runs.newest.error,
        "running": None if runs.running is None else runs.running.pk,
        "running_is_silent": runs.is_silent,
        "requests_waiting": runs.n_waiting,
        "products_on_sale": found.n_on_sale,
        "without_suggestions": found.n_without,
        "without_suggestions_sold": found.n_without_sold,
        "without_suggestions_examples": [example(health, it) for it in found.without],
        "every_mined_suggestion_dead": found.n_dead_ends,
        "every_mined_suggestion_dead_examples": [example(health, it) for it in found.dead_ends],
        "rungs_cheaper_than_the_one_below": [
            {
                "ladder": it.ladder,
                "lower": it.lower,
                "lower_price": str(it.lower_price),
                "higher": it.higher,
                "higher_price": str(it.higher_price),
                "currency": it.currency,
            }
            for it in health.disorders
        ],
        "targets": dead_targets(health),
        "offers": faults(health),
    }


def dead_targets(health: Health) -> dict[str, Any]:
    """Rows by kind, and those that suggest what is gone or cannot be bought now."""
    return {
        kind.replace(" ", "_"): {
            "rows": targets.n_rows,
            "gone": targets.n_gone,
            "unavailable": targets.n_unavailable,
            "examples": [{**example(health, it), "rows": n} for it, n in targets.dead],
        }
        for kind, targets in health.targets.items()
    }


def faults(health: Health) -> dict[str, Any]:
    """Live offers by their fault, with a few of them."""
    return {
        fault.replace(" ", "_"): {
            "offers": flagged.n_offers,
            "examples": [{"offer": key, "name": name} for key, name in flagged.examples],
        }
        for fault, flagged in health.offers.items()
    }


def example(health: Health, product_id: ProductId) -> dict[str, Any]:
    """A product by id (as text, whatever its kind) and title (empty: gone)."""
    return {"product": str(product_id), "title": health.titles.get(product_id, "")}


def hours(text: str) -> float:
    """A number of hours above 0. Raise ArgumentTypeError if it is none."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < 1e6:
        raise ArgumentTypeError(f"{text!r} is no number of hours above 0")
    return found
