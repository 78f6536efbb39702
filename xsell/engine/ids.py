"""Ids of any kind to dense codes and back."""

import math
from collections import defaultdict
from itertools import count
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xsell.engine.hashing import codes_by_hash, codes_by_place

Ids = NDArray[Any]
Codes = NDArray[np.int32]
CHUNK = 1 << 18

_ID_KINDS = "whole numbers, strings or UUIDs"


def as_ids(values: ArrayLike) -> Ids:
    """The array of these ids; whole numbers of a list keep their digits where numpy takes floats.

    >>> as_ids([1, 2**63 + 1]).tolist()
    [1, 9223372036854775809]
    """
    array: Ids = values if isinstance(values, np.ma.MaskedArray) else np.asarray(values)
    if isinstance(values, list | tuple) and array.dtype.kind == "f" and array.ndim == 1:
        return np.array(values, object)
    return array


def check_ids(values: Ids, field: str) -> None:
    """Raise TypeError unless the array holds ids: integers, strings, or objects of one such kind.

    In object arrays None and nan mean "no id"; so do the mask of a masked array and the NA of
    numpy's StringDType.
    """
    kind = values.dtype.kind
    if values.size == 0 or kind in "iuUT":
        return
    if kind == "f":
        raise TypeError(
            f"{field} holds floats: ids must be {_ID_KINDS} (floats lose digits above 2**53; "
            "express missing ids with None in an object array or with a masked array)"
        )
    if kind != "O":
        raise TypeError(f"{field} has dtype {values.dtype}: ids must be {_ID_KINDS}")
    _check_objects(values, field)


def _check_objects(values: Ids, field: str) -> None:
    families = set()
    for found in set(map(type, np.ma.getdata(values).tolist())):
        family = next(
            (f for f in (bool, int, str, UUID, float, type(None)) if issubclass(found, f)), None
        )
        # what indexing an array gives: equal to the int of that value, and hashed like it
        family = int if family is None and issubclass(found, np.integer) else family
        if family is None or family is bool:
            raise TypeError(f"{field} holds {found.__name__} objects: ids must be {_ID_KINDS}")
        families.add(family)
    if float in families and not _floats_are_nan(values):
        raise TypeError(f"{field} holds floats: ids must be {_ID_KINDS}")
    if len(families - {float, type(None)}) > 1:
        names = ", ".join(sorted(f.__name__ for f in families))
        raise TypeError(f"{field} mixes kinds of ids ({names}): use one kind")


def _floats_are_nan(values: Ids) -> bool:
    return all(math.isnan(x) for x in np.ma.getdata(values).tolist() if isinstance(x, float))


def is_missing(values: Ids) -> NDArray[np.bool_]:
    """True where there is no id: masked, or None, nan or NA where the array may hold them."""
    missing: NDArray[np.bool_] = np.ma.getmaskarray(values).copy()
    # without an NA of their own StringDTypes hold nothing but strings
    if values.dtype.kind == "O" or hasattr(values.dtype, "na_object"):
        plain = np.ma.getdata(values).astype(object, copy=False)
        missing |= np.equal(plain, np.array(None)).astype(bool)
        missing |= np.not_equal(plain, plain).astype(bool)
    return missing


def encode(values: Ids) -> tuple[Codes, Ids]:
    """Codes 0..n-1 in ascending order of id, and the n distinct ids in the caller's own kind.

    >>> codes, ids = encode(np.array([70, 50, 70]))
    >>> codes.tolist(), ids.tolist()
    ([1, 0, 1], [50, 70])
    """
    if values.dtype.kind in "iu":
        return _encode_integers(values)
    return _encode_objects(values)


def _encode_integers(values: Ids) -> tuple[Codes, Ids]:
    """Dense spans by a table of places, others by hashing: both in time linear in the lines."""
    if values.size == 0:
        return np.zeros(0, np.int32), values.copy()
    low, high = int(values.min()), int(values.max())
    # 64-bit patterns: an unsigned id above 2**63 keeps its digits, and `ids` gets them back
    signed = values.astype(np.int64, copy=False)
    if high < 2**63 and high - low < max(4 * values.size, 1 << 20):
        codes, found = codes_by_place(signed, low, high - low + 1)
        return codes, found.astype(values.dtype)
    seen, found = codes_by_hash(signed)
    ids = found.astype(values.dtype)
    ascending = np.argsort(ids)
    code_of = np.empty(ids.size, np.int32)
    code_of[ascending] = np.arange(ids.size, dtype=np.int32)
    return code_of[seen], ids[ascending]


def _encode_objects(values: Ids) -> tuple[Codes, Ids]:
    number: defaultdict[Any, int] = defaultdict(count().__next__)
    seen = np.empty(values.size, np.int32)
    for begin in range(0, values.size, CHUNK):
        part = values[begin : begin + CHUNK].tolist()
        seen[begin : begin + CHUNK] = list(map(number.__getitem__, part))
    found = list(number)
    ascending = sorted(range(len(found)), key=found.__getitem__)
    code_of = np.empty(len(found), np.int32)
    code_of[ascending] = np.arange(len(found), dtype=np.int32)
    ids = np.empty(len(found), values.dtype)
    ids[:] = [found[i] for i in ascending]
    return code_of[seen], ids
