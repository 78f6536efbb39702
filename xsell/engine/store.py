"""Baskets kept between minings, so that a day's orders need not bring all others with them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xsell.engine.ids import as_ids, check_ids, encode, is_missing
from xsell.engine.lines import OrderLines

FORMAT = 1
COLUMNS = ("order", "product", "placed_at", "customer")
REASONS_FILE = "store.json"


@dataclass(frozen=True, slots=True, eq=False)
class BasketStore:
    """Usable order lines, sorted by order, one line for each product of an order.

    Immutable: `add` and `remove` give a new store. `mine` takes it in place of order lines and
    finds what it would find in the lines of all orders in it. Order, product and customer ids
    are of one integer or string kind; integers are narrowed to what they need, so that 10 million
    lines with small ids take 80 MB. Times, where given, are the order's.
    """

    lines: OrderLines
    n_lines: int
    n_dropped: dict[str, int]

    @classmethod
    def of(cls, lines: OrderLines) -> "BasketStore":
        """The usable lines of these orders."""
        return _stored(lines, len(lines), {})

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def has_times(self) -> bool:
        """Whether the orders say when they were placed."""
        return self.lines.has_times

    def add(self, lines: OrderLines) -> "BasketStore":
        """With these orders as they now are: an order that is already there is replaced whole.

        Raise ValueError where the lines have times or customers and the store has not, or the
        other way round.
        """
        for field in ("placed_at", "customer"):
            if (getattr(lines, field) is None) != (getattr(self.lines, field) is None):
                raise ValueError(f"{field} must be given for all orders of a store or for none")
        new = _stored(lines, len(lines), {})
        old = self.remove(np.ma.getdata(lines.order)[~is_missing(lines.order)])
        order, added = _of_one_kind(old.lines.order, new.lines.order)
        # none of the new orders is among the old: their lines go in between
        place = np.searchsorted(order, added) + np.arange(added.size)
        columns: dict[str, Any] = {
            field: _merged(getattr(old.lines, field), getattr(new.lines, field), place)
            for field in COLUMNS
        }
        dropped = dict(old.n_dropped)
        for reason, count in new.n_dropped.items():
            dropped[reason] = dropped.get(reason, 0) + count
        return BasketStore(OrderLines(**columns), old.n_lines + new.n_lines, dropped)

    def remove(self, order_ids: ArrayLike) -> "BasketStore":
        """Without these orders: cancelled, say. Ids that are not there are ignored.

        Raise TypeError for what can be no id.
        """
        ids = as_ids(order_ids)
        check_ids(ids, "order_ids")
        if not ids.size:
            return self
        is_kept = ~_holds(self.lines.order, ids[~is_missing(ids)])
        columns = {field: _taken(getattr(self.lines, field), is_kept) for field in COLUMNS}
        n_gone = int(is_kept.size - np.count_nonzero(is_kept))
        return BasketStore(OrderLines(**columns), self.n_lines - n_gone, dict(self.n_dropped))

    def since(self, moment: np.datetime64) -> "BasketStore":
        """Without the orders placed before that moment. Raise ValueError without times."""
        if self.lines.placed_at is None:
            raise ValueError("since needs placed_at in the order lines")
        is_kept = self.lines.placed_at >= moment
        if is_kept.all():
            return self
        columns = {field: _taken(getattr(self.lines, field), is_kept) for field in COLUMNS}
        n_gone = int(is_kept.size - np.count_nonzero(is_kept))
        return BasketStore(OrderLines(**columns), self.n_lines - n_gone, dict(self.n_dropped))

    def save(self, folder: str | Path) -> None:
        """Write one array file for each column, and what was left out, into the folder."""
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        for field in COLUMNS:
            column = getattr(self.lines, field)
            is_masked = isinstance(column, np.ma.MaskedArray)
            _write(path, field, None if column is None else np.ma.getdata(column))
            _write(path, f"{field}_missing", np.ma.getmaskarray(column) if is_masked else None)
        about = {"format": FORMAT, "n_lines": self.n_lines, "n_dropped": self.n_dropped}
        (path / REASONS_FILE).write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path) -> "BasketStore":
        """The store saved there, its columns mapped into memory read-only, not read.

        Raise ValueError where it was saved in another format, OSError where it is not.
        """
        path = Path(folder)
        about = json.loads((path / REASONS_FILE).read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise ValueError(f"a store of format {about['format']}; this version reads {FORMAT}")
        columns: dict[str, Any] = {}
        for field in COLUMNS:
            columns[field] = _mapped(path, field)
            is_out = _mapped(path, f"{field}_missing")
            if is_out is not None:
                columns[field] = np.ma.array(columns[field], mask=is_out)
        return cls(OrderLines(**columns), about["n_lines"], about["n_dropped"])


def _write(path: Path, name: str, column: NDArray[Any] | None) -> None:
    target = path / f"{name}.npy"
    if column is None:
        target.unlink(missing_ok=True)
        return
    if column.dtype.kind not in "biuUM":
        raise TypeError(f"{name} ids of dtype {column.dtype} cannot be saved: use numbers")
    # never write into the file that a loaded store has mapped
    fresh = path / f"{name}.new.npy"
    np.save(fresh, column, allow_pickle=False)
    fresh.replace(target)


def _mapped(path: Path, name: str) -> NDArray[Any] | None:
    file = path / f"{name}.npy"
    return np.load(file, mmap_mode="r") if file.exists() else None


def _stored(lines: OrderLines, n_lines: int, n_dropped: dict[str, int]) -> BasketStore:
    """Usable distinct lines by order; times become the order's newest, in whole seconds."""
    is_out = np.zeros(len(lines), np.bool_)
    dropped = dict(n_dropped)
    for reason, is_missing_here in lines.missing_by_reason().items():
        n_here = int(np.count_nonzero(is_missing_here & ~is_out))
        dropped[reason] = dropped.get(reason, 0) + n_here
        is_out |= is_missing_here
    customer = None
    if lines.customer is not None:
        customer = _one_per_order(lines.customer[~is_out], _taken(lines.order, ~is_out))
    order = _compact(_taken(lines.order, ~is_out))
    product = _compact(_taken(lines.product, ~is_out))
    by_order = np.lexsort((product, order))
    order, product = order[by_order], product[by_order]
    is_first = np.ones(order.size, np.bool_)
    is_first[1:] = (order[1:] != order[:-1]) | (product[1:] != product[:-1])
    starts = np.flatnonzero(np.r_[True, order[1:] != order[:-1]]) if order.size else order
    times = None
    if lines.placed_at is not None:
        placed_at = np.ma.getdata(lines.placed_at)
        times = placed_at[~is_out][by_order].astype("datetime64[us]")
        times = _spread(np.maximum.reduceat, times, starts)[is_first]
    if customer is not None:
        customer = customer[by_order][is_first]
        customer = customer if is_missing(customer).any() else _compact(customer)
    kept = OrderLines(order[is_first], product[is_first], times, customer)
    return BasketStore(kept, n_lines, dropped)


def _one_per_order(customer: NDArray[Any], order: NDArray[Any]) -> NDArray[Any]:
    """For every line the customer of its order: of those named, the one of the lowest id."""
    codes, ids = encode(np.ma.getdata(order))
    is_known = ~is_missing(customer)
    numbers, customers = encode(np.ma.getdata(customer)[is_known])
    lowest = np.full(ids.size, customers.size, np.int64)
    np.minimum.at(lowest, codes[is_known], numbers)
    number = lowest[codes]
    is_guest = number == customers.size
    if not customers.size:
        return np.ma.array(np.ma.getdata(customer), mask=is_guest)
    spread = customers[np.where(is_guest, 0, number)]
    return np.ma.array(spread, mask=is_guest) if is_guest.any() else spread


def _spread(reduce: Any, values: NDArray[Any], starts: NDArray[Any]) -> NDArray[Any]:
    if not values.size:
        return values
    sizes = np.diff(np.append(starts, values.size))
    return np.repeat(reduce(values, starts), sizes)


def _taken(values: NDArray[Any] | None, is_kept: NDArray[np.bool_]) -> Any:
    return None if values is None else values[is_kept]


def _holds(ordered: NDArray[Any], ids: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of the ascending ids are among these."""
    if not ordered.size or not ids.size or _is_number(ordered) != _is_number(ids):
        return np.zeros(ordered.size, np.bool_)
    if {ordered.dtype.kind, ids.dtype.kind} == set("iu"):
        # compared as floats they would lose digits
        is_possible = ids <= np.iinfo(np.int64).max if ids.dtype.kind == "u" else ids >= 0
        ids = ids[is_possible].astype(ordered.dtype.kind + "8")
    change = np.zeros(ordered.size + 1, np.int32)
    np.add.at(change, np.searchsorted(ordered, ids, side="left"), 1)
    np.add.at(change, np.searchsorted(ordered, ids, side="right"), -1)
    held: NDArray[np.bool_] = np.cumsum(change[:-1]) > 0
    return held


def _is_number(ids: NDArray[Any]) -> bool:
    return ids.dtype.kind in "iu" or isinstance(ids[0], int | np.integer)


def _merged(
    one: NDArray[Any] | None, other: NDArray[Any] | None, place: NDArray[np.int64]
) -> NDArray[Any] | None:
    """One column with the values of the other at these places of the whole."""
    if one is None or other is None:
        return None
    one, other = _of_one_kind(one, other)
    is_new = np.zeros(one.size + other.size, np.bool_)
    is_new[place] = True
    is_masked = np.ma.isMaskedArray(one) or np.ma.isMaskedArray(other)
    mask = np.empty(is_new.size if is_masked else 0, np.bool_)
    whole = np.empty(is_new.size, np.result_type(one.dtype, other.dtype))
    for part, is_here in ((one, ~is_new), (other, is_new)):
        whole[is_here] = np.ma.getdata(part)
        if is_masked:
            mask[is_here] = np.ma.getmaskarray(part)
    return np.ma.array(whole, mask=mask) if is_masked else whole


def _of_one_kind(one: NDArray[Any], other: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Two columns of ids or times that can stand in one. Raise TypeError or ValueError if not."""
    if not one.size or not other.size:
        filled = one if one.size else other
        return one.astype(filled.dtype), other.astype(filled.dtype)
    kinds = {one.dtype.kind, other.dtype.kind}
    if kinds & set("iu") and kinds & set("UT"):
        raise TypeError("whole numbers and strings in one column: use one kind of ids")
    return _alike(one, other) if kinds == set("iu") else (one, other)


def _alike(one: NDArray[Any], other: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Signed and unsigned whole numbers in the one kind of 64 bits that holds both."""
    least, most = min(int(one.min()), int(other.min())), max(int(one.max()), int(other.max()))
    if least < 0 and most >= 2**63:
        raise ValueError("signed and unsigned 64-bit ids in one column: use one kind")
    kind = np.int64 if least < 0 else np.uint64
    return one.astype(kind), other.astype(kind)


def _compact(ids: NDArray[Any]) -> NDArray[Any]:
    """Integers in the narrowest kind of 4 or 8 bytes that holds them."""
    plain: NDArray[Any] = np.ma.getdata(ids)
    if plain.dtype.kind not in "iu" or not plain.size or plain.dtype.itemsize <= 4:
        return plain
    fits = plain.min() >= -(2**31) and plain.max() < 2**31
    return plain.astype(np.int32) if fits else plain
