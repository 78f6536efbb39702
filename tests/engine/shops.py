"""Shops small enough to reason about, and how to read what was mined from them."""

from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from tests.engine import naive, naive_models
from xsell.engine import OrderLines

FIRST_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - datetime64 has no zone

KEEP_ALL = {"min_count": 1, "min_lift_lower": None, "max_basket": None}

ID_KINDS = {
    "small": lambda n: n,
    "sparse": lambda n: n * 10**12 - 3 * 10**12,
    "near 2**63": lambda n: 2**63 - 9 + n,
    "across int64": lambda n: (-(2**63)) + n if n % 2 else 2**63 - 1 - n,
    "string": lambda n: f"SKU-{n}",
    "uuid": lambda n: UUID(int=n << 120 | n),
}
ID_DTYPES = {"near 2**63": np.uint64, "across int64": np.int64, "uuid": object}


def order_lines(lines: list[naive.Line], id_kind: str = "small") -> OrderLines:
    """The naive double's lines as the arrays that the engine takes."""
    dtype = ID_DTYPES.get(id_kind)
    return OrderLines(
        order=np.array([line.order for line in lines], dtype),
        product=np.array([line.product for line in lines], dtype),
        placed_at=np.array([line.placed_at for line in lines], "datetime64[us]"),
        customer=np.array([line.customer for line in lines], object),
        quantity=np.array([line.quantity for line in lines], np.int64),
    )


def as_lines(orders: list[naive_models.Order], kind: type = np.int64) -> OrderLines:
    """The lines of these baskets, numbered in the order given."""
    sizes = [len(order.items) for order in orders]
    times = [FIRST_DAY - timedelta(days=order.days) for order in orders]
    customers = [order.customer for order in orders]
    return OrderLines(
        np.repeat(np.arange(len(orders)), sizes),
        np.array([p for order in orders for p in order.items], kind),
        np.repeat(np.array(times, "datetime64[us]"), sizes),
        np.repeat(np.array(customers, object), sizes),
    )


def baskets(*contents: str) -> OrderLines:
    """Orders 1, 2, ... holding one product for each letter."""
    order = [number for number, letters in enumerate(contents, start=1) for _ in letters]
    return OrderLines(np.array(order, np.int64), np.array([c for word in contents for c in word]))


def pairs(relations):
    return list(zip(relations.antecedent.tolist(), relations.consequent.tolist(), strict=True))


def rows(relations):
    columns = (
        relations.antecedent, relations.consequent, relations.rank, relations.score,
        relations.n_both, relations.n_antecedent, relations.n_consequent,
    )  # fmt: skip
    return [naive.Row(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]


def random_lines(n_orders=3_000, n_products=400, seed=7) -> OrderLines:
    """A shop with a long tail, orders of 1 to 12 lines over a year, lines in no order."""
    rng = np.random.default_rng(seed)
    order = np.repeat(np.arange(n_orders), rng.integers(1, 13, n_orders))
    product = (n_products * rng.random(order.size) ** 3).astype(np.int32)
    placed_at = np.datetime64("2026-01-01", "s") + rng.integers(0, 365 * 86_400, n_orders)
    shuffled = rng.permutation(order.size)
    return OrderLines(order[shuffled], product[shuffled], placed_at[order][shuffled])
