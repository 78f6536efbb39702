"""Runs: the shop's orders in, live relations out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from xsell.adapters import BaseAdapter, get_adapter
from xsell.conf import conf
from xsell.engine import Baskets, collect_baskets
from xsell.exceptions import MiningFailed
from xsell.models import MiningRun
from xsell.services.mining.columns import Names
from xsell.services.mining.evaluating import EVALUATING, evaluation_of
from xsell.services.mining.following import FOLLOWING, follow
from xsell.services.mining.modelling import MINING, Mined, mined, model_of
from xsell.services.mining.pairing import paired
from xsell.services.mining.reading import (
    READING,
    REASONS,
    ShopOrders,
    read_changes,
    read_some,
    span_in_words,
)
from xsell.services.mining.stored import StoredOrders, keep, kept_of
from xsell.services.mining.wishes import Wishes
from xsell.services.mining.writing import CATEGORIES, WRITING, closest_categories, write_snapshot
from xsell.services.progress import Progress, Steps, silent
from xsell.services.runs import Work, at_work, claim_request, start_run
from xsell.services.snapshots import forget_old_runs, switch_to
from xsell.signals import relations_recomputed

SWITCHING = gettext_noop("switching")
KEEPING = gettext_noop("keeping the orders")

OVERLAP = timedelta(minutes=10)
"""Orders of so long before the last reading are read again: those whose transaction was open then,
and those of hosts whose clocks are late."""


def recompute_relations(*, started_by: str = "", progress: Progress = silent, **wishes: Any) -> int:
    """Mine the orders that `wishes` (see `Wishes`) names, and let the result serve; the run's id.

    Curated rows are not touched. Whatever goes wrong, the old snapshot goes on serving, and the
    new run is marked failed with the reason. Raise TypeError or ValueError for a wish that cannot
    be; AlreadyRunning while another run is at work; MiningFailed, also when no order line counts:
    an empty snapshot in the place of a good one would only hide the mistake; OperationalError and
    InterfaceError of django.db as they come, for the same may go well a minute later.
    """
    asked = Wishes.of(wishes)
    run = start_run(started_by=started_by, parameters=asked.as_json(), kind=MiningRun.Kind.FULL)
    return _carried_out(run, progress)


def update_relations(*, started_by: str = "", progress: Progress = silent) -> int:
    """Bring the serving relations up to date; return the id of the run that serves then.

    Reads the orders that changed since the serving run read them, merges them into those that it
    kept in XSELL_STORE, and mines all of them again with the same model: the result is what a full
    run would find. Reads everything where nothing was kept or the shop cannot tell what changed.
    Where nothing changed, the run that serves goes on serving. Raise as `recompute_relations`.
    """
    serving = MiningRun.objects.filter(is_active=True).first()
    if serving is None:
        return recompute_relations(started_by=started_by, progress=progress)
    asked = Wishes.of_run(serving.parameters).of_an_update()
    run = start_run(started_by=started_by, parameters=asked.as_json(), kind=MiningRun.Kind.UPDATE)
    return _carried_out(run, progress)


def run_requested(*, progress: Progress = silent) -> int | None:
    """Carry out the run that was asked for first; its id, or None where none was asked for."""
    run = claim_request()
    return None if run is None else _carried_out(run, progress)


def _carried_out(run: MiningRun, progress: Progress) -> int:
    steps = Steps(run.seconds, run.memory_mb)
    with at_work(run, progress) as work:
        try:
            asked = Wishes.of(run.parameters)
            # In full: what a request left open must compare with what others spelt out.
            run.parameters = asked.as_json()
            serving = _mine_into(work, asked, steps)
        except (MiningFailed, OperationalError, InterfaceError):
            raise
        except Exception as error:
            raise MiningFailed(f"Run {run.pk} failed: {error}") from error
    return serving


def _clear_away(work: Work, serving: int) -> None:
    try:
        forget_old_runs(work.stay)
    except DatabaseError as error:
        # Not as it came: to try all of it again would mine again what serves.
        raise MiningFailed(
            f"Run {serving} serves, but old runs could not be cleared away: {error}"
        ) from error


def _mine_into(work: Work, asked: Wishes, steps: Steps) -> int:
    run, adapter = work.run, get_adapter()
    run.read_at = timezone.now()
    run.since, run.until = asked.beginning(run.read_at), asked.until
    run.save(update_fields=["read_at", "since", "until"])
    with steps.step(READING):
        orders = _read(work, asked, adapter)
    if orders is None:
        return _nothing_changed(work)
    names = orders.names.product
    with steps.step(MINING):
        baskets = collect_baskets(orders.source)
        if not baskets.products.size:
            raise MiningFailed(_no_lines(baskets, run))
        # Ten million lines are a quarter of a gigabyte that mining has no use for any more.
        orders = orders if conf.STORE else None
    _go_live(work, asked, steps, adapter, names, baskets)
    # Robust: the relations serve, whatever befalls those who listen.
    transaction.on_commit(lambda: relations_recomputed.send(sender=MiningRun, run=run), robust=True)
    try:
        _after_the_switch(work, asked, steps, orders, names, baskets)
    except (DatabaseError, OSError) as error:
        # Not as it came: to try all of it again would mine again what serves.
        raise MiningFailed(
            f"Run {run.pk} serves, but not all could be done after the switch: {error}"
        ) from error
    finally:
        _clear_away(work, run.pk)
    return run.pk


def _go_live(
    work: Work, asked: Wishes, steps: Steps, adapter: BaseAdapter, names: Names, baskets: Baskets
) -> None:
    run = work.run
    with steps.step(MINING):
        # An update keeps the model of what serves: it must find what a full run would.
        is_update = run.kind == MiningRun.Kind.UPDATE
        found = mined(asked, baskets, work, keeps_model=is_update)
        pairs = paired(found.pages, found.carts)
    with steps.step(CATEGORIES):
        categories = closest_categories(adapter, names, found.carts, work)
    with steps.step(WRITING):
        write_snapshot(names, found.carts, pairs, categories, work)
    with steps.step(FOLLOWING):
        run.following = follow(baskets, names, categories, work)
    _describe(run, found, len(pairs))
    with steps.step(SWITCHING):
        switch_to(run)


def _read(work: Work, asked: Wishes, adapter: BaseAdapter) -> ShopOrders | StoredOrders | None:
    """All orders, or those kept with what changed; None where nothing did."""
    run = work.run
    serving = MiningRun.objects.filter(is_active=True).first()
    kept = None
    if (
        run.kind == MiningRun.Kind.UPDATE
        and serving is not None
        and serving.read_at is not None
        # Another run, of other orders, may have begun to serve in between.
        and Wishes.of_run(serving.parameters).of_an_update() == asked
    ):
        kept = kept_of(serving)
    if kept is not None and serving is not None and serving.read_at is not None:
        changes = read_changes(
            adapter,
            changed_since=serving.read_at - _overlap(),
            since=run.since,
            until=run.until,
            progress=work,
        )
        if changes is not None and kept.fits(changes):
            orders = kept.with_changes(changes)
            if run.since is not None:
                orders = orders.since(run.since)
            return None if orders.equals(kept) else orders
    expected = serving.n_lines if serving is not None else 0
    return read_some(adapter, since=run.since, until=run.until, progress=work, expected=expected)


def _overlap() -> timedelta:
    # Without time zones the clock is put back by an hour in autumn.
    return OVERLAP if settings.USE_TZ else OVERLAP + timedelta(hours=1)


def _nothing_changed(work: Work) -> int:
    """Let what serves go on, as of now; the run itself leaves nothing to look at."""
    run = work.run
    work.give_sign()
    serving = MiningRun.objects.get(is_active=True)
    MiningRun.objects.filter(pk=serving.pk).update(read_at=run.read_at)
    _clear_away(work, serving.pk)
    run.delete()
    return serving.pk


def _no_lines(baskets: Baskets, run: MiningRun) -> str:
    span = span_in_words(run.since, run.until)
    dropped = ", ".join(
        f"{count} {REASONS[reason]}"
        for reason, count in baskets.n_dropped.items()
        if count and reason in REASONS
    )
    return f"None of {baskets.n_lines} order lines {span} counts ({dropped}): nothing changed."


def _describe(run: MiningRun, found: Mined, n_pairs: int) -> None:
    """Write down what was found, and how."""
    relations = found.pages
    run.model, run.is_sum = model_of(found), found.carts.is_sum
    run.n_lines, run.n_baskets = relations.n_lines, relations.n_baskets
    run.n_products, run.n_pairs = len(relations.products), n_pairs
    run.dropped = {
        **{say: relations.n_dropped.get(reason, 0) for reason, say in REASONS.items()},
        gettext_noop("in giant baskets (orders)"): relations.n_giant,
        gettext_noop("of robots (orders)"): found.carts.n_robot,
    }
    run.peak_memory_mb = max(run.memory_mb.values())


def _after_the_switch(
    work: Work,
    asked: Wishes,
    steps: Steps,
    orders: ShopOrders | StoredOrders | None,
    names: Names,
    baskets: Baskets,
) -> None:
    """What need not be done before the new relations serve."""
    run = work.run
    if orders is not None:
        work.give_sign()
        with steps.step(KEEPING):
            keep(run, orders if isinstance(orders, StoredOrders) else StoredOrders.of(orders))
    if asked.evaluate:
        with steps.step(EVALUATING):
            run.evaluation = evaluation_of(baskets, names, k=asked.k, progress=work)
    run.peak_memory_mb = max(run.memory_mb.values())
    run.save(update_fields=["seconds", "memory_mb", "peak_memory_mb", "evaluation"])
