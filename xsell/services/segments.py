"""Counting who is in each segment: one pass over all orders, decided as the pages decide.

Members are kept on disk until the last order is read; then each segment's rows change in one
transaction of its own. A count that ends before has changed nothing, and may begin again.
"""

from __future__ import annotations

import itertools
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import router, transaction
from django.utils import timezone

from xsell.adapters import BaseAdapter, get_adapter
from xsell.exceptions import UnknownSegment
from xsell.models import SampledCustomer, Segment, SegmentMember
from xsell.selection.histories import Line, customers_lines, histories
from xsell.selection.segment_sizes import ASKED_AT_MOST
from xsell.selection.segments import CompiledSegment, needs, segments_of, stored_segments
from xsell.services.progress import Progress, silent
from xsell.services.streaming import chunks
from xsell.values import History, ProductDetails, ProductId, ShopContext

LINES_AT_ONCE = 20_000
"""Order lines that are decided together, whole customers all."""
DETAILS_AT_ONCE = 2_000
PRODUCTS_KEPT = 20_000
"""Products whose details stay in memory."""
ROWS_AT_ONCE = 2_000


def count_segments(
    *, names: Collection[str] = (), progress: Progress = silent, now: datetime | None = None
) -> dict[str, Any]:
    """Write down who is in each segment (or in those named), how many, and of how many customers.

    Customers are those with an order that counts. Return the figures: "customers", "lines", and for
    each of "segments" its "name" and "members". Raise UnknownSegment for a name that no row has.
    """
    now = now or timezone.now()
    segments = _wanted(names)
    if not segments:
        return {"customers": 0, "lines": 0, "segments": []}
    with tempfile.TemporaryDirectory(prefix="xsell-segments-") as folder:
        count = _Count(get_adapter(), segments, now, Path(folder))
        count.read_all(progress)
        stored = []
        for number, segment in enumerate(segments):
            progress("writing segments", number, len(segments))
            n_members = count.store(segment)
            stored.append({"name": segment.name, "members": n_members})
        progress("writing segments", len(segments), len(segments))
        count.store_sample()
    return {"customers": count.n_customers, "lines": count.n_lines, "segments": stored}


def _wanted(names: Collection[str]) -> list[CompiledSegment]:
    segments = stored_segments()
    known = {it.name for it in segments}
    if missing := [name for name in names if name not in known]:
        raise UnknownSegment(
            f"There is no segment {missing[0]!r}. Known: {', '.join(sorted(known)) or 'none'}."
        )
    return [it for it in segments if not names or it.name in names]


class _Count:
    """One pass over all customers."""

    def __init__(
        self,
        adapter: BaseAdapter,
        segments: Collection[CompiledSegment],
        now: datetime,
        folder: Path,
    ) -> None:
        self.n_customers = self.n_lines = 0
        self._adapter = adapter
        self._segments = segments
        self._needs = needs(segments)
        self._now = now
        self._folder = folder
        self._details: dict[ProductId, ProductDetails] = {}
        self._asked: set[ProductId] = set()
        self._sample: list[str] = []
        self._dice = random.Random()  # noqa: S311 - a sample, not a secret

    # ------------------------------------------------------------------------------------- reading

    def read_all(self, progress: Progress) -> None:
        """Decide for every customer, and keep the members on disk."""
        rows = customers_lines(self._adapter)
        total = rows.order_by().count()
        read = self._reported(chunks(rows, ROWS_AT_ONCE, is_whole_table=True), progress, total)
        customers = histories(itertools.chain.from_iterable(read))
        for batch in _batches(customers):
            self._decide(batch)
        progress("deciding", total, total)

    def _reported(
        self, read: Iterable[list[Line]], progress: Progress, total: int
    ) -> Iterator[list[Line]]:
        for chunk in read:
            yield chunk
            self.n_lines += len(chunk)
            progress("deciding", min(self.n_lines, total), total)

    def _decide(self, batch: list[tuple[str, History]]) -> None:
        self._learn(batch)
        contexts = self._adapter.contexts_for(key for key, _ in batch) if self._needs.facts else {}
        members: dict[int, list[str]] = defaultdict(list)
        for key, history in batch:
            context = contexts.get(key) or ShopContext(customer_id=key)
            found = segments_of(self._segments, context, history, self._details, self._now)
            for segment_id in found:
                members[segment_id].append(key)
            self._draw(key)
        for segment_id, keys in members.items():
            with self._file(segment_id).open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(key) + "\n" for key in keys)

    def _learn(self, batch: list[tuple[str, History]]) -> None:
        """Fetch the details of what the batch bought, as far as they are not known yet."""
        if not self._needs.details:
            return
        bought = dict.fromkeys(it for _, history in batch for it in history.product_ids)
        if len(self._asked) + len(bought) > PRODUCTS_KEPT:
            self._details.clear()
            self._asked.clear()
        missing = [it for it in bought if it not in self._asked]
        context = self._adapter.context_for()
        for first in range(0, len(missing), DETAILS_AT_ONCE):
            some = missing[first : first + DETAILS_AT_ONCE]
            self._details.update(self._adapter.details(some, context))
        self._asked.update(missing)

    def _draw(self, customer_id: str) -> None:
        """Keep a sample in which every customer so far is as likely (Vitter's algorithm R)."""
        self.n_customers += 1
        if len(self._sample) < ASKED_AT_MOST:
            self._sample.append(customer_id)
            return
        place = self._dice.randrange(self.n_customers)
        if place < ASKED_AT_MOST:
            self._sample[place] = customer_id

    # ------------------------------------------------------------------------------------- writing

    def store(self, segment: CompiledSegment) -> int:
        """Put the members in the place of those that were there; return how many they are.

        A segment that was deleted in the meantime has none.
        """
        using = router.db_for_write(SegmentMember)
        # Past its own manager: a count is no change of the rules that processes keep in memory.
        rows = Segment._base_manager.using(using).filter(pk=segment.segment_id)
        with transaction.atomic(using=using):
            if not list(rows.select_for_update()):
                return 0
            SegmentMember.objects.using(using).filter(segment=segment.segment_id).delete()
            n_members = 0
            keys = self._members(segment.segment_id)
            while some := list(itertools.islice(keys, ROWS_AT_ONCE)):
                SegmentMember.objects.using(using).bulk_create(
                    SegmentMember(segment_id=segment.segment_id, customer_id=key) for key in some
                )
                n_members += len(some)
            rows.update(n_members=n_members, n_customers=self.n_customers, counted_at=self._now)
        return n_members

    def store_sample(self) -> None:
        """Put the sample in the place of the one that was there."""
        using = router.db_for_write(SampledCustomer)
        with transaction.atomic(using=using):
            SampledCustomer.objects.using(using).all().delete()
            SampledCustomer.objects.using(using).bulk_create(
                SampledCustomer(customer_id=key) for key in self._sample
            )

    def _file(self, segment_id: int) -> Path:
        return self._folder / str(segment_id)

    def _members(self, segment_id: int) -> Iterator[str]:
        path = self._file(segment_id)
        if path.exists():
            with path.open(encoding="utf-8") as file:
                yield from map(json.loads, file)


def _batches(
    customers: Iterable[tuple[str, History]],
) -> Iterator[list[tuple[str, History]]]:
    """Customers in lists of about LINES_AT_ONCE order lines."""
    batch: list[tuple[str, History]] = []
    n_lines = 0
    for customer in customers:
        batch.append(customer)
        n_lines += len(customer[1].purchases)
        if n_lines >= LINES_AT_ONCE:
            yield batch
            batch, n_lines = [], 0
    if batch:
        yield batch
