"""Rows by the column are the rows that Django would have written."""

import numpy as np
import pytest
from django.db import IntegrityError, connection

from tests import factories as make
from xsell.exceptions import MiningFailed
from xsell.models import BestSeller, CoPurchase
from xsell.services.mining import inserting
from xsell.services.mining.inserting import insert_columns

pytestmark = pytest.mark.django_db

N_ROWS = 5


@pytest.fixture
def run():
    return make.MiningRunFactory()


def best_sellers(run, shelf="a\tshelf\n\\N"):
    return {
        "run_id": run.pk,
        "product_id": np.arange(2**31, 2**31 + N_ROWS),
        "category_id": [shelf, "", "ß", "7", "x" * 255],
        "n_orders": np.arange(N_ROWS, dtype=np.int32),
        "position": np.arange(1, N_ROWS + 1),
        "category_position": np.full(N_ROWS, 1),
        "prior": np.array([0.1, -1e-300, 1e300, 1 / 3, 0.0]),
        "prior_position": np.arange(N_ROWS, 0, -1),
    }


def copurchases(run):
    return {
        "run_id": run.pk,
        "anchor_id": np.arange(1, N_ROWS + 1),
        "suggested_id": np.arange(11, N_ROWS + 11, dtype=np.int32),
        "position": np.arange(1, N_ROWS + 1),
        "on_pages": np.array([True, False, True, False, True]),
        "score": np.array([0.1, 1e-300, 1e300, 1 / 3, 0.0]),
        "n_both": np.full(N_ROWS, 2**31 - 1),
        "n_anchor": np.arange(N_ROWS),
        "n_suggested": np.arange(N_ROWS),
        "suggested_prior": np.array([0.1, 0.0, 1e-300, 1 / 3, 2.0]),
        "suggested_position": np.arange(N_ROWS),
        "lift": np.array([0.1, 1.5, 1e300, 1 / 3, 2.0]),
        "lift_lower": np.array([0.0, 1.5, 1e300, 1 / 3, 2.0]),
    }


def rows_of(columns):
    parts = [
        [it] * N_ROWS if isinstance(it, int) else (it.tolist() if hasattr(it, "tolist") else it)
        for it in columns.values()
    ]
    return list(zip(*parts, strict=True))


@pytest.mark.parametrize("batch", [2, 5, 100])
@pytest.mark.parametrize(
    ("model", "make_columns"), [(CoPurchase, copurchases), (BestSeller, best_sellers)]
)
def test_what_is_inserted_is_what_is_there(run, monkeypatch, batch, model, make_columns):
    monkeypatch.setattr(inserting, "BATCH", batch)
    monkeypatch.setattr(inserting, "COPY_BATCH", batch)
    columns, done = make_columns(run), []
    insert_columns(model, columns, N_ROWS, done.append)
    assert list(model.objects.order_by("pk").values_list(*columns)) == rows_of(columns)
    assert done == [*range(batch, N_ROWS, batch), N_ROWS]


def test_no_rows_are_no_statement(run, django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_columns(CoPurchase, copurchases(run), 0, lambda done: pytest.fail("nothing"))


def test_numbers_too_large_for_their_column_are_refused(run):
    columns = copurchases(run) | {"n_both": np.full(N_ROWS, 2**40)}
    with pytest.raises(OverflowError, match="n_both holds 1099511627776"):
        insert_columns(CoPurchase, columns, N_ROWS, lambda done: None)
    assert not CoPurchase.objects.exists()


def test_a_batch_is_there_whole_or_not_at_all(run):
    twice = {"anchor_id": np.full(N_ROWS, 1), "suggested_id": np.full(N_ROWS, 2)}
    with pytest.raises(IntegrityError):
        insert_columns(CoPurchase, copurchases(run) | twice, N_ROWS, lambda done: None)
    assert not CoPurchase.objects.exists()


def test_where_there_is_no_binary_copy_rows_go_as_text(run, monkeypatch):
    """Psycopg 3 alone copies; a column of texts has no fixed width."""
    monkeypatch.setattr(inserting, "WIDTHS", {})
    columns = copurchases(run)
    insert_columns(CoPurchase, columns, N_ROWS, lambda done: None)
    monkeypatch.setattr(inserting, "is_psycopg3", False)
    insert_columns(
        CoPurchase, columns | {"anchor_id": np.arange(21, 26)}, N_ROWS, lambda done: None
    )
    assert CoPurchase.objects.count() == 2 * N_ROWS
    found = CoPurchase.objects.filter(anchor__lt=20).order_by("pk").values_list(*columns)
    assert list(found) == rows_of(columns)


@pytest.mark.service("database-server")
@pytest.mark.django_db(transaction=True)
def test_a_server_is_given_several_batches_at_once(run, monkeypatch):
    monkeypatch.setattr(inserting, "BATCH", 1)
    monkeypatch.setattr(inserting, "COPY_BATCH", 1)
    columns, done = copurchases(run), []
    insert_columns(CoPurchase, columns, N_ROWS, done.append)
    assert sorted(CoPurchase.objects.values_list(*columns)) == sorted(rows_of(columns))
    assert done == [1, 2, 3, 4, 5]


@pytest.mark.service("database-server")
@pytest.mark.django_db(transaction=True)
def test_whoever_is_told_to_stop_stops_all_batches(run, monkeypatch):
    """A run that was taken over must not go on writing behind the other's back."""
    monkeypatch.setattr(inserting, "BATCH", 1)
    monkeypatch.setattr(inserting, "COPY_BATCH", 1)

    def taken_over(n_rows):
        raise MiningFailed("taken over")

    with pytest.raises(MiningFailed):
        insert_columns(CoPurchase, copurchases(run), N_ROWS, taken_over)
    n_rows = CoPurchase.objects.count()
    assert n_rows <= 1 + inserting.SIDE_BY_SIDE
    connection.close()
    assert CoPurchase.objects.count() == n_rows
