"""Who counts pairs: each takes arrays of order and product, gives the number of rows it found.

All find the 20 partners of most common baskets (two at least) of every product, exactly.
"""

import os
from functools import cache

import numpy as np

K = 20
LEAST = 2


def xsell(order, product, placed_at):
    from xsell.engine import OrderLines, mine

    lines = OrderLines(order, product)
    return len(mine(lines, k=K, scoring="count", min_count=LEAST, min_lift_lower=None))


def xsell_ridge(order, product, placed_at):
    """Not the same work: pairs, weights, a regression and a walk for every product."""
    from xsell.engine import OrderLines, mine

    return len(mine(OrderLines(order, product, placed_at), k=K, scoring="ridge"))


def baskets_matrix(order, product, dtype):
    import scipy.sparse

    shape = (int(order.max()) + 1, int(product.max()) + 1)
    matrix = scipy.sparse.csr_matrix((np.ones(order.size, dtype), (order, product)), shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def implicit(order, product, placed_at):
    from implicit._nearest_neighbours import all_pairs_knn

    # one more than K: the product itself comes first
    return all_pairs_knn(baskets_matrix(order, product, np.float64), K + 1, num_threads=2).nnz


def sparse_dot_topn(order, product, placed_at):
    from sparse_dot_topn import sp_matmul_topn

    matrix = baskets_matrix(order, product, np.float32)
    return sp_matmul_topn(matrix.T.tocsr(), matrix, top_n=K + 1, sort=True, n_threads=2).nnz


def scipy_chunked(order, product, placed_at):
    matrix = baskets_matrix(order, product, np.int32)
    by_product = matrix.T.tocsr()
    n_rows = 0
    for begin in range(0, by_product.shape[0], 1_000):
        block = by_product[begin : begin + 1_000] @ matrix
        for row in range(block.shape[0]):
            values = block.data[block.indptr[row] : block.indptr[row + 1]]
            keep = min(K + 1, values.size)
            if keep:
                n_rows += int((np.partition(values, -keep)[-keep:] >= LEAST).sum())
    return n_rows


PAIRS = """
with l as (select distinct o, p from lines),
c as (select a.p a, b.p b, count(*) n from l a join l b on a.o = b.o and a.p < b.p
      group by 1, 2 having count(*) >= 2),
d as (select a, b, n from c union all select b, a, n from c)
select count(*) from (
  select row_number() over (partition by a order by n desc, b) r from d) ranked where r <= 20
"""


def duckdb(order, product, placed_at):
    import duckdb
    import pyarrow

    lines = pyarrow.table({"o": order.astype(np.int32), "p": product.astype(np.int32)})
    connection = duckdb.connect(config={"threads": 2})
    connection.register("lines", lines)
    return connection.execute(PAIRS).fetchone()[0]


@cache
def postgresql_table(n_lines):
    """A connection whose table, named by its size, is to hold so many lines."""
    import psycopg

    where = {
        "host": os.environ.get("PGHOST", "127.0.0.1"), "user": os.environ.get("PGUSER", "postgres"),
    }  # fmt: skip
    connection = psycopg.connect(**where)
    connection.execute("set work_mem = '256MB'")
    # never committed: nothing is left behind. A temporary table would keep it to one core
    connection.execute(f"create unlogged table lines_{n_lines} (o integer, p integer)")
    return connection


def postgresql(order, product, placed_at):
    """The self-join in SQL, on a server of PG* or here. Loaded in the first run of several.

    The seconds of the best run are the query's; CPU and memory are the server's and not seen.
    """
    connection, table = postgresql_table(order.size), f"lines_{order.size}"
    if not connection.execute(f"select exists (select from {table})").fetchone()[0]:
        with connection.cursor().copy(f"copy {table} from stdin (format binary)") as copy:
            copy.set_types(["int4", "int4"])
            for row in zip(order.tolist(), product.tolist(), strict=True):
                copy.write_row(row)
        connection.execute(f"analyze {table}")
    return connection.execute(PAIRS.replace("from lines)", f"from {table})")).fetchone()[0]


def polars(order, product, placed_at):
    import polars as pl

    lines = pl.LazyFrame({"o": order.astype(np.int32), "p": product.astype(np.int32)}).unique()
    half = (
        lines.join(lines, on="o")
        .filter(pl.col("p") < pl.col("p_right"))
        .group_by("p", "p_right")
        .agg(n=pl.len())
        .filter(pl.col("n") >= LEAST)
        .collect(engine="streaming")
    )
    both = pl.concat([half, half.select(p="p_right", p_right="p", n="n")])
    return both.sort("n", descending=True).group_by("p").head(K).height


def pandas(order, product, placed_at):
    import pandas as pd

    lines = pd.DataFrame({"o": order, "p": product}).drop_duplicates()
    pairs = lines.merge(lines, on="o")
    pairs = pairs[pairs.p_x != pairs.p_y]
    counts = pairs.groupby(["p_x", "p_y"], sort=False).size()
    counts = counts[counts >= LEAST].reset_index(name="n").sort_values("n", ascending=False)
    return len(counts.groupby("p_x").head(K))


CONTESTANTS = {
    each.__name__: each
    for each in (
        xsell, xsell_ridge, implicit, sparse_dot_topn, scipy_chunked, duckdb, polars, pandas,
        postgresql,
    )
}  # fmt: skip
