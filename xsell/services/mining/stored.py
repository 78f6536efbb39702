"""Orders kept on disk between runs, so that an update reads only what changed.

A folder for each run, complete or not there: written beside and moved into place.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from django.core.exceptions import EmptyResultSet
from numpy.typing import NDArray

from xsell.adapters import get_adapter
from xsell.conf import conf
from xsell.engine import BasketStore, OrderLines
from xsell.models import MiningRun
from xsell.services.mining.columns import Names, in_microseconds
from xsell.services.mining.reading import OrderNames, ShopOrders

logger = logging.getLogger(__name__)

FORMAT = 1
ABOUT = "about.json"
PREFIX = "orders-of-run-"
READERS: dict[str, Callable[[str], Any]] = {"str": str, "UUID": UUID}


@dataclass(frozen=True, slots=True, eq=False)
class StoredOrders:
    """Usable order lines in numbers, and what these stand for."""

    baskets: BasketStore
    names: OrderNames

    @property
    def source(self) -> BasketStore:
        """What the engine takes."""
        return self.baskets

    @classmethod
    def of(cls, orders: ShopOrders) -> StoredOrders:
        """All orders that were read."""
        return cls(BasketStore.of(orders.lines), orders.names)

    def fits(self, changes: ShopOrders) -> bool:
        """Whether ids are of the kind that they were when these orders were kept."""
        pairs = (
            (self.names.order, changes.names.order),
            (self.names.product, changes.names.product),
            (self.names.customer, changes.names.customer),
        )
        return all((one.keys is None) == (other.keys is None) for one, other in pairs)

    def since(self, moment: datetime) -> StoredOrders:
        """Without the orders placed before that moment."""
        return replace(
            self, baskets=self.baskets.since(np.datetime64(in_microseconds(moment), "us"))
        )

    def with_changes(self, changes: ShopOrders) -> StoredOrders:
        """With these orders as they now are, and without those of which nothing is left."""
        own, others = {}, {}
        names = self.names
        for column in ("order", "product", "customer"):
            known, new = getattr(self.names, column), getattr(changes.names, column)
            if known.keys is None and new.keys is None:
                continue
            joined, own[column], others[column] = known.joined(new)
            names = replace(names, **{column: joined})
        touched = np.ma.getdata(np.asarray(changes.touched))
        if "order" in others:
            touched = others["order"][touched]
        baskets = replace(self.baskets, lines=_renumbered(self.baskets.lines, own))
        baskets = baskets.remove(touched).add(_renumbered(changes.lines, others))
        return StoredOrders(baskets, names)

    def equals(self, other: StoredOrders) -> bool:
        """Whether both hold the same orders."""
        if self.names != other.names:
            return False
        one, two = self.baskets.lines, other.baskets.lines
        return all(
            _same(getattr(one, column), getattr(two, column))
            for column in ("order", "product", "placed_at", "customer")
        )


def _renumbered(lines: OrderLines, numbers: dict[str, NDArray[np.int64]]) -> OrderLines:
    return replace(
        lines, **{column: _moved(getattr(lines, column), new) for column, new in numbers.items()}
    )


def _moved(column: NDArray[Any], new: NDArray[np.int64]) -> NDArray[Any]:
    if not new.size:
        return column
    is_masked = np.ma.isMaskedArray(column)
    plain = np.ma.getdata(column)
    # what is masked may be any number
    moved = new[np.minimum(plain, new.size - 1)].astype(np.int32)
    return np.ma.array(moved, mask=np.ma.getmaskarray(column)) if is_masked else moved


def _same(one: NDArray[Any], two: NDArray[Any]) -> bool:
    mask = np.ma.getmaskarray(one)
    return bool(
        one.size == two.size
        and np.array_equal(mask, np.ma.getmaskarray(two))
        and np.array_equal(np.ma.getdata(one)[~mask], np.ma.getdata(two)[~mask])
    )


def keep(run: MiningRun, orders: StoredOrders) -> bool:
    """Keep the orders of this run in XSELL_STORE, and those of no other; whether it did.

    It does not where keys are neither whole numbers, texts nor UUIDs. Raise OSError where the
    folder cannot be written.
    """
    names = orders.names
    if not all(it.can_be_stored for it in (names.order, names.product, names.customer)):
        return False
    store, target = Path(conf.STORE or ""), _folder(run)
    # Who bought what is nobody's business: the owner's alone.
    store.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = store / f"{target.name}.{os.getpid()}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    orders.baskets.save(fresh)
    about = {
        **_identity(run),
        **{column: _as_json(getattr(names, column)) for column in ("order", "product", "customer")},
    }
    (fresh / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    for other in store.glob(f"{PREFIX}*"):
        if other != target:
            shutil.rmtree(other, ignore_errors=True)
    return True


def kept_of(run: MiningRun) -> StoredOrders | None:
    """The orders kept of this run; None if there are none that can be trusted."""
    if not conf.STORE:
        return None
    folder = _folder(run)
    if not folder.exists():
        return None
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        known = {name: about[name] for name in ("format", "started_at", "lines_are")}
        if known != _identity(run):
            return None
        names = (_from_json(about[column]) for column in ("order", "product", "customer"))
        return StoredOrders(BasketStore.load(folder), OrderNames(*names))
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        # A cache that power cut short, or that another user keeps, costs one reading of all orders.
        logger.warning("xsell: the orders kept in %s cannot be read: %s", folder, error)
        return None


def _identity(run: MiningRun) -> dict[str, Any]:
    """What the kept orders must say of themselves: whose they are, and how lines were chosen.

    An adapter that counts other lines than it did makes them useless.
    """
    lines = get_adapter().order_lines()
    try:
        sql, parameters = lines.query.get_compiler(using=lines.db).as_sql()
    except EmptyResultSet:
        sql, parameters = "", ()
    # Parameters may come from sets, which have another order in each process.
    said = "\n".join([sql, *sorted(map(str, parameters))])
    return {
        "format": FORMAT,
        "started_at": run.started_at.isoformat(),
        "lines_are": hashlib.sha256(said.encode()).hexdigest(),
    }


def _folder(run: MiningRun) -> Path:
    return Path(conf.STORE or "") / f"{PREFIX}{run.pk}"


def _as_json(names: Names) -> Any:
    if names.keys is None:
        return None
    return {"kind": type(next(iter(names.keys), "")).__name__, "keys": list(map(str, names.keys))}


def _from_json(said: Any) -> Names:
    if said is None:
        return Names()
    read = READERS[said["kind"]]
    return Names(tuple(read(key) for key in said["keys"]))
