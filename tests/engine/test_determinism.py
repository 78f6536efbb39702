"""Same input, same output, to the last bit; and nothing that is passed in is changed."""

import os
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.engine.shops import random_lines
from xsell.engine import (
    SCORINGS,
    BasketStore,
    OrderLines,
    bundles,
    complete,
    evaluate,
    mine,
    substitutes,
)
from xsell.engine.frames import from_frame

ROOT = Path(__file__).resolve().parents[2]
FIELDS = ("order", "product", "placed_at", "customer", "quantity")
CONTESTANTS = ("popularity", "bm25", "lift", "auto")


def busy_shop(n_orders=1_500, n_products=80) -> OrderLines:
    """Regulars and guests, orders of all days, some of whose lines came back."""
    lines = random_lines(n_orders, n_products)
    customer = np.ma.array(lines.order % 300, mask=lines.order % 4 == 0)
    quantity = np.where((lines.order + lines.product) % 11, 2, -1)
    return OrderLines(lines.order, lines.product, lines.placed_at, customer, quantity)


def shuffled(lines: OrderLines, seed: int) -> OrderLines:
    order = np.random.default_rng(seed).permutation(len(lines))
    return OrderLines(*(getattr(lines, field)[order] for field in FIELDS))


SHOP = busy_shop()
OTHER_RUNS = [(SHOP, 2), (SHOP, 3), (SHOP, 8), (shuffled(SHOP, 1), 1), (shuffled(SHOP, 2), 3)]


def everything(found):
    """All that a result holds, as bytes where it is an array; not how long it took."""
    if isinstance(found, np.ma.MaskedArray):
        return found.filled(-1).tobytes(), found.mask.tobytes()
    if isinstance(found, np.ndarray):
        return found.tolist() if found.dtype == object else found.tobytes()
    if isinstance(found, tuple):
        return [everything(each) for each in found]
    if is_dataclass(found):
        return {
            field.name: everything(getattr(found, field.name))
            for field in fields(found)
            if field.name != "seconds"
        }
    return repr(found)


def all_alike(run) -> bool:
    first = everything(run(SHOP, 1))
    return all(everything(run(lines, threads)) == first for lines, threads in OTHER_RUNS)


@pytest.mark.parametrize("scoring", SCORINGS)
def test_threads_and_the_order_of_lines_do_not_change_a_relation(scoring):
    assert all_alike(lambda lines, threads: mine(lines, scoring=scoring, threads=threads))


@pytest.mark.parametrize("scoring", sorted(set(SCORINGS) - {"auto", "bm25", "rules"}))
def test_a_half_life_and_a_window_do_not_change_that(scoring):
    span = np.timedelta64(200, "D").astype("timedelta64[us]").item()
    rules = {"scoring": scoring, "half_life_days": 30, "window": span, "max_basket": 8}
    assert all_alike(lambda lines, threads: mine(lines, threads=threads, **rules))


@pytest.mark.parametrize("patterns", [substitutes, bundles])
def test_nor_a_pattern(patterns):
    assert all_alike(lambda lines, threads: patterns(lines, threads=threads))


def test_nor_an_evaluation():
    assert all_alike(
        lambda lines, threads: evaluate(lines, contestants=CONTESTANTS, threads=threads)
    )


def test_nor_a_completed_cart():
    carts = [[1, 2], [3], []] * 50
    histories = [([5, 6], [1, 2]), None, ([7], [1])] * 50
    assert all_alike(
        lambda lines, threads: complete(
            mine(lines, scoring="ridge", threads=threads), carts, histories
        )
    )


LIKENESS = """
from hashlib import sha256
from tests.engine.shops import random_lines
from xsell.engine import substitutes
found = substitutes(random_lines(4_000, 700))
print(len(found), sha256(found.score.tobytes() + found.substitute.tobytes()).hexdigest())
"""


def test_nor_do_the_threads_of_the_matrix_library():
    said = {
        subprocess.run(
            [sys.executable, "-c", LIKENESS], cwd=ROOT, check=True, capture_output=True,
            env=os.environ | dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads),
        ).stdout
        for threads in ("1", "4")
    }  # fmt: skip
    assert len(said) == 1
    assert int(said.pop().split()[0]) > 1_000


def in_numpy(lines):
    return lines


def in_masks(lines):
    return OrderLines(*(np.ma.array(getattr(lines, field)) for field in FIELDS))


def in_pandas(lines):
    columns = {field: pd.Series(np.ma.getdata(getattr(lines, field))) for field in FIELDS}
    return from_frame(pd.DataFrame(columns))


def in_a_mapped_file(lines, folder):
    BasketStore.of(lines).save(folder)
    return BasketStore.load(folder)


def locked(lines: OrderLines) -> OrderLines:
    """The same lines in arrays that raise where they are written into."""
    columns = [getattr(lines, field).copy() for field in FIELDS]
    for column in columns:
        column.flags.writeable = False
        np.ma.getdata(column).flags.writeable = False
        if np.ma.isMaskedArray(column) and column.mask is not np.ma.nomask:
            column.mask.flags.writeable = False
    return OrderLines(*columns)


def use_all(lines) -> None:
    """Everything that takes order lines, or what was made of them."""
    for scoring in SCORINGS:
        relations = mine(lines, scoring=scoring)
        arrays = {
            field.name: getattr(relations, field.name)
            for field in fields(relations)
            if isinstance(getattr(relations, field.name), np.ndarray)
        }
        for array in arrays.values():
            array.flags.writeable = False
        cart = np.array([1, 2])
        cart.flags.writeable = False
        complete(replace(relations, **arrays), [cart], [(cart, cart)])
    substitutes(lines, category=(cart, cart))
    bundles(lines)
    evaluate(lines, contestants=CONTESTANTS)


@pytest.mark.parametrize("made_of", [in_numpy, in_masks, in_pandas])
def test_nothing_that_was_passed_in_is_changed(made_of):
    lines = locked(made_of(SHOP))
    before = everything(lines)
    use_all(lines)
    BasketStore.of(lines).add(lines).remove(lines.order[:5])
    assert everything(lines) == before


def test_a_store_that_is_mapped_read_only_is_not_changed(tmp_path):
    store = in_a_mapped_file(SHOP, tmp_path)
    before = everything(store)
    use_all(store)
    store.add(SHOP).remove(SHOP.order[:5])
    assert everything(store) == before
