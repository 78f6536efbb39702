"""The demo shop's tables, filled with as many order lines as `synthetic` is asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy

import numpy as np
import pyarrow as pa
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import ForeignKey, Model

from demo_shop.loading.bulk import next_key, upkeep_later, write_table
from demo_shop.models import Category, Order, OrderLine, Product
from tests.benchmarks.synthetic import order_lines

N_CATEGORIES, N_CUSTOMERS = 200, 20_000
WITHOUT_ACCOUNT = 0.3


def fill_shop(n_lines: int, n_products: int) -> tuple[int, bool]:
    """Migrate the database and fill it where it is empty; how many lines it holds, and whether
    they are new."""
    call_command("migrate", verbosity=0)
    is_new = not OrderLine.objects.exists()
    if is_new:
        order, product, placed_at = order_lines(n_lines, n_products)
        with transaction.atomic():
            _write_products(n_products)
            _write_customers()
        with _upkeep_later(Order, OrderLine):
            with transaction.atomic():
                _write_orders(order, placed_at)
            with transaction.atomic():
                write_table(OrderLine, lines_table(1, order + 1, product + 1), what="order lines")
        _analyse()
    return OrderLine.objects.count(), is_new


def same(value: object, n_rows: int) -> pa.Array:
    """A column with the same value in each row."""
    return pa.repeat(pa.scalar(value), n_rows)


def _write_products(n: int) -> None:
    Category.objects.bulk_create(
        Category(name=f"Aisle {i}", slug=f"aisle-{i}", picture="shelf") for i in range(N_CATEGORIES)
    )
    first = Category.objects.order_by("pk")[0].pk
    number = np.arange(1, n + 1)
    columns = {"id": number, "sku": number, "title": _titles(number)}
    columns |= {"slug": pa.array([f"product-{i}" for i in number])}
    columns |= {"category_id": first + number % N_CATEGORIES, "product_type": same("thing", n)}
    columns |= {field: same("", n) for field in ("brand", "size", "measure_unit")}
    columns |= {"brand_kind": same("national", n), "price": same(9.99, n), "stock": same(10, n)}
    columns |= {field: same(value=True, n_rows=n) for field in ("is_published", "is_merchandise")}
    columns |= {"n_orders": same(0, n), "picture": same("box", n), "palette": same(0, n)}
    write_table(Product, pa.table(columns), what="products")


def _titles(number: np.ndarray) -> pa.Array:
    return pa.array([f"Product number {i}" for i in number])


def _write_customers() -> None:
    n = N_CUSTOMERS
    columns = {"id": np.arange(1, n + 1), "password": same("!", n)}
    columns |= {"username": pa.array([f"customer-{i}" for i in range(n)])}
    columns |= {field: same("", n) for field in ("first_name", "last_name", "email")}
    columns |= {field: same(value=False, n_rows=n) for field in ("is_superuser", "is_staff")}
    columns |= {"is_active": same(value=True, n_rows=n)}
    columns |= {"date_joined": same("2025-01-01 00:00:00", n)}
    write_table(get_user_model(), pa.table(columns), what="customers")


def _write_orders(order: np.ndarray, placed_at: np.ndarray) -> None:
    moments = placed_at[np.diff(order, prepend=-1) > 0]
    write_table(Order, orders_table(1, pa.array(moments).cast(pa.string())), what="orders")


def orders_table(first: int, moments: pa.Array) -> pa.Table:
    """Placed orders with consecutive keys; a third of them by somebody without an account."""
    n = len(moments)
    rng = np.random.default_rng(first)
    customers = rng.integers(1, N_CUSTOMERS + 1, n)
    columns = {"id": np.arange(first, first + n)}
    columns |= {"number": pa.array([f"{i:010d}" for i in range(first, first + n)])}
    columns |= {"customer_id": pa.array(customers, mask=rng.random(n) < WITHOUT_ACCOUNT)}
    columns |= {"placed_at": moments, "changed_at": moments}
    columns |= {"status": same("placed", n), "total": same(20.0, n)}
    columns |= {field: same("", n) for field in ("name", "email", "address")}
    columns |= {"saving": same(0.0, n)}
    return pa.table(columns)


def lines_table(first: int, order: np.ndarray, product: np.ndarray) -> pa.Table:
    """Order lines with consecutive keys."""
    n = order.size
    columns = {"id": np.arange(first, first + n), "order_id": order, "product_id": product}
    columns |= {"title": _titles(np.arange(product.max() + 1)).take(pa.array(product))}
    columns |= {"quantity": same(1, n), "unit_price": same(9.99, n), "amount": same(9.99, n)}
    return pa.table(columns)


def lines_of_orders(like: list[int], first: int) -> pa.Table:
    """The lines of some orders once more, for the orders from `first` on."""
    numbers = {order: first + place for place, order in enumerate(like)}
    lines = OrderLine.objects.filter(order__in=like, product__isnull=False)
    pairs = list(lines.order_by("pk").values_list("order_id", "product_id"))
    order, product = np.array([(numbers[order], product) for order, product in pairs]).T
    return lines_table(next_key(OrderLine), order, product)


@contextmanager
def _upkeep_later(*models: type[Model]) -> Iterator[None]:
    """As the demo shop's loader does it, which knows nothing of MariaDB: there, as Django does."""
    if connection.vendor != "mysql":
        with transaction.atomic(), upkeep_later(*models):
            yield
        return
    fields = [
        field for model in models for field in model._meta.fields if isinstance(field, ForeignKey)
    ]
    with connection.schema_editor() as editor:
        for field in fields:
            editor.alter_field(field.model, field, _bare(field))
    yield
    # Checking all rows makes the server copy the table and keep its indexes row by row.
    with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
        for field in fields:
            editor.alter_field(field.model, _bare(field), field)


def _bare(field: ForeignKey) -> ForeignKey:
    """The same column, without index and check."""
    bare = copy(field)
    bare.db_index = bare.db_constraint = False
    return bare


def _analyse() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        elif connection.vendor == "sqlite":
            cursor.execute("ANALYZE")
        else:
            tables = ", ".join(m._meta.db_table for m in (Product, Order, OrderLine))
            cursor.execute(f"ANALYZE TABLE {tables}")
