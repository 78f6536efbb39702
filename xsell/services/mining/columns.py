"""One column of a query's result as a growing array: never more than one copy in memory."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

import numpy as np
from django.core.exceptions import FieldError
from django.db import connections
from django.db.models import (
    DateField,
    DateTimeField,
    DecimalField,
    FloatField,
    ForeignKey,
    IntegerField,
    QuerySet,
)
from numpy.typing import NDArray

FIRST_SIZE = 1 << 16
EPOCH, AWARE_EPOCH = datetime(1970, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)  # noqa: DTZ001
MICROSECOND = timedelta(microseconds=1)
NOT_A_TIME = np.iinfo(np.int64).min


class Kind(Enum):
    """What a column holds."""

    WHOLE = "whole numbers"
    REAL = "numbers"
    DECIMAL = "decimal numbers"
    TIME = "times"
    DAY = "days"
    KEY = "keys of another kind: numbered as they come, put in order at the end"


DTYPES = {
    Kind.WHOLE: "i8",
    Kind.REAL: "f8",
    Kind.DECIMAL: "f8",
    Kind.TIME: "M8[us]",
    Kind.DAY: "M8[us]",
    Kind.KEY: "i8",
}


def kind_of(rows: QuerySet[Any, Any], name: str) -> Kind:
    """What the annotation `name` holds, by the field at its end.

    A field that converts what the database gives (a hashid, say) makes keys of another kind: its
    values must reach the adapter as Django gives them.
    """
    try:
        target = rows.query.annotations[name].output_field
        while isinstance(target, ForeignKey):
            target = target.target_field
        converts = bool(target.get_db_converters(connections[rows.db]))
    except (FieldError, KeyError):
        return Kind.KEY
    if converts:
        return Kind.KEY
    for field_class, kind in (
        (IntegerField, Kind.WHOLE),
        (FloatField, Kind.REAL),
        (DecimalField, Kind.DECIMAL),
        (DateTimeField, Kind.TIME),
        (DateField, Kind.DAY),
    ):
        if isinstance(target, field_class):
            return kind
    return Kind.KEY


@dataclass(slots=True)
class Column:
    """Values so far; what is missing is masked."""

    kind: Kind
    size: int = 0
    has_missing: bool = False
    values: NDArray[Any] = field(init=False)
    missing: NDArray[np.bool_] = field(init=False)
    numbers: dict[Hashable, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = np.empty(FIRST_SIZE, DTYPES[self.kind])
        self.missing = np.zeros(FIRST_SIZE, np.bool_)

    def extend(self, values: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> None:
        """Append values that are already of the column's kind."""
        end = self.size + values.size
        if end > self.values.size:
            # in place: the operating system moves pages, nobody copies
            room = max(2 * self.values.size, end)
            self.values.resize(room, refcheck=False)
            self.missing.resize(room, refcheck=False)
        self.values[self.size : end] = values
        if missing is not None and missing.any():
            self.missing[self.size : end] = missing
            self.has_missing = True
        self.size = end

    def extend_objects(self, objects: Sequence[Any]) -> None:
        """Append values as Django gives them."""
        if self.kind in (Kind.TIME, Kind.DAY):
            numbers = (in_microseconds(it) for it in objects)
            plain = np.fromiter(numbers, np.int64, len(objects)).view("M8[us]")
            self.extend(plain, np.isnat(plain))
            return
        is_missing = None
        if None in objects:
            is_missing = np.array([it is None for it in objects])
        if self.kind is Kind.KEY:
            self.extend(np.array(self._numbered(objects), np.int64), is_missing)
        else:
            filled = objects if is_missing is None else [0 if it is None else it for it in objects]
            self.extend(np.array(filled, DTYPES[self.kind]), is_missing)

    def _numbered(self, keys: Iterable[Hashable]) -> list[int]:
        numbers = self.numbers
        return [0 if it is None else numbers.setdefault(it, len(numbers)) for it in keys]

    def array(self) -> NDArray[Any]:
        """The column; a masked array where something is missing. Whole numbers are narrowed."""
        self.values.resize(self.size, refcheck=False)
        self.missing.resize(self.size, refcheck=False)
        plain = self.values
        if self.kind in (Kind.WHOLE, Kind.KEY) and fits_in_32_bits(plain):
            plain = plain.astype(np.int32)
        return np.ma.array(plain, mask=self.missing) if self.has_missing else plain


def in_microseconds(moment: Any) -> int:
    """Since 1970 in UTC; naive moments and days as they are. NaT's number for None.

    By subtraction: numpy takes seven times as long over a list of datetimes.
    """
    if isinstance(moment, datetime):
        return int((moment - (EPOCH if moment.tzinfo is None else AWARE_EPOCH)) // MICROSECOND)
    if moment is None:
        return NOT_A_TIME
    return int((moment - EPOCH.date()) // MICROSECOND)


def fits_in_32_bits(values: NDArray[Any]) -> bool:
    """Whether each of these whole numbers does."""
    return not values.size or bool(values.min() >= -(2**31) and values.max() < 2**31)


@dataclass(frozen=True, slots=True)
class Names:
    """What the numbers of an id column stand for: themselves, or places in `keys`.

    Keys are in the order of their texts, so that numbers compare as keys do, whoever numbered them
    and when: a run that reads all and one that reads what changed find the same to the last bit.
    """

    keys: tuple[Any, ...] | None = None

    def __getitem__(self, number: int) -> Any:
        return number if self.keys is None else self.keys[number]

    def all_of(self, numbers: Iterable[int]) -> list[Any]:
        """What each of these stands for."""
        return list(numbers) if self.keys is None else [self.keys[it] for it in numbers]

    @property
    def can_be_stored(self) -> bool:
        """Whether the keys can be written as texts and read back: texts and UUIDs can."""
        return self.keys is None or len({type(it) for it in self.keys} - {str, UUID}) == 0

    def joined(self, other: Names) -> tuple[Names, NDArray[np.int64], NDArray[np.int64]]:
        """The keys of both, and the new number of each one's own."""
        own, others = self.keys or (), other.keys or ()
        whole = in_order({*own, *others})
        place = {key: number for number, key in enumerate(whole)}
        return (
            Names(tuple(whole)),
            np.array([place[key] for key in own], np.int64),
            np.array([place[key] for key in others], np.int64),
        )


def in_order(keys: Iterable[Any]) -> list[Any]:
    """Keys in the order of their texts."""
    return sorted(keys, key=str)


def named(columns: Sequence[Column]) -> tuple[Names, list[NDArray[Any]]]:
    """The columns of one kind of ids, numbered alike, and what the numbers stand for."""
    arrays = [column.array() for column in columns]
    if all(column.kind is not Kind.KEY for column in columns):
        return Names(), arrays
    names = Names(tuple(in_order({key for column in columns for key in column.numbers})))
    place = {key: number for number, key in enumerate(names.keys or ())}
    numbered = []
    for column, array in zip(columns, arrays, strict=True):
        new = np.array([place[key] for key in column.numbers] or [0], np.int32)
        if column.kind is not Kind.KEY:
            raise TypeError("one id is a whole number here and something else there")
        moved = new[np.ma.getdata(array)]
        is_masked = np.ma.isMaskedArray(array)
        mask = np.ma.getmaskarray(array)
        numbered.append(np.ma.array(moved, mask=mask) if is_masked else moved)
    return names, numbered
