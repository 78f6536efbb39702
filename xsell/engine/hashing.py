"""Numeric kernels: whole-number ids to dense codes."""

import numpy as np
from numpy.typing import NDArray

from xsell.engine.jit import compiled

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]

SCATTER = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: Fibonacci hashing
EMPTY = np.int32(-1)


@compiled
def codes_by_place(values: Int64s, low: int, span: int) -> tuple[Int32s, Int64s]:
    """Codes in ascending order of value, and the distinct values; all lie in [low, low + span)."""
    code_of = np.zeros(span, np.int32)
    for i in range(values.size):
        code_of[values[i] - low] = 1
    n = 0
    for place in range(span):
        n += code_of[place]
    distinct = np.empty(n, np.int64)
    n = 0
    for place in range(span):
        if code_of[place]:
            code_of[place] = n
            distinct[n] = low + place
            n += 1
    codes = np.empty(values.size, np.int32)
    for i in range(values.size):
        codes[i] = code_of[values[i] - low]
    return codes, distinct


@compiled
def codes_by_hash(values: Int64s) -> tuple[Int32s, Int64s]:
    """Codes in the order of first appearance, and the distinct values in that order.

    An open-addressing table that doubles when half full; equal neighbours, as in lines sorted
    by order, are looked up once.
    """
    bits = 12
    table = np.full(1 << bits, EMPTY, np.int32)
    distinct = np.empty(1 << (bits - 1), np.int64)
    n = 0
    codes = np.empty(values.size, np.int32)
    for i in range(values.size):
        value = values[i]
        if i and value == values[i - 1]:
            codes[i] = codes[i - 1]
            continue
        mask = (1 << bits) - 1
        slot = np.int64((np.uint64(value) * SCATTER) >> np.uint64(64 - bits))
        while table[slot] != EMPTY and distinct[table[slot]] != value:
            slot = (slot + 1) & mask
        if table[slot] == EMPTY:
            if n == distinct.size:
                bits += 1
                mask = (1 << bits) - 1
                grown = np.empty(1 << (bits - 1), np.int64)
                grown[:n] = distinct
                distinct = grown
                table = np.full(1 << bits, EMPTY, np.int32)
                for code in range(n):
                    slot = np.int64((np.uint64(distinct[code]) * SCATTER) >> np.uint64(64 - bits))
                    while table[slot] != EMPTY:
                        slot = (slot + 1) & mask
                    table[slot] = code
                slot = np.int64((np.uint64(value) * SCATTER) >> np.uint64(64 - bits))
                while table[slot] != EMPTY:
                    slot = (slot + 1) & mask
            table[slot] = n
            distinct[n] = value
            n += 1
        codes[i] = table[slot]
    return codes, distinct[:n].copy()
