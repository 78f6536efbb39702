"""Orders reach the engine the same, whichever way the database's rows come."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.db.models import (
    CharField,
    DateField,
    DecimalField,
    F,
    FloatField,
    IntegerField,
    Q,
)
from django.db.models.functions import Cast
from django.utils import timezone

from demo_shop.models import Order, OrderLine
from demo_shop.xsell_adapter import ShopAdapter
from tests import factories as make
from tests.services import bakery
from xsell.adapters import ORDER_COLUMNS, ORDER_LINE_COLUMNS, get_adapter
from xsell.exceptions import MiningFailed
from xsell.services.mining import arrow, fetching, reading
from xsell.services.mining.columns import Column, Kind, Names, named
from xsell.services.progress import silent


class EverythingSold(ShopAdapter):
    """The demo shop with its lines of no product."""

    order_line = replace(ShopAdapter.order_line, counts=Q(order__status="placed"))


@pytest.fixture
def shop():
    return EverythingSold()


def mixed_orders(products):
    """Guests and customers, lines without product, nothing sold, something returned."""
    customers = make.UserFactory.create_batch(2)
    bakery.a_month_of_orders(products)
    for customer in customers:
        bakery.order(products, "bread", None, "jam", customer=customer)
    bakery.order(products, "soap", "jam", quantity=0)
    bakery.order(products, "soap", quantity=-1, days_ago=90)
    bakery.order(products, "jam", days_ago=90, status="cancelled")


def plain(orders):
    """Lines in the order of what they say, as lists."""
    lines = orders.lines
    columns = [
        np.ma.array(getattr(lines, name)).astype("i8").tolist()
        for name in ("order", "product", "quantity", "placed_at", "customer")
    ]
    return sorted(zip(*columns, strict=True), key=str)


@pytest.fixture
def products(db):
    return bakery.shelves()


@pytest.mark.service("postgresql")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("days", [None, 30, 0])
def test_arrow_and_django_read_the_same(shop, products, monkeypatch, days):
    mixed_orders(products)
    since = None if days is None else timezone.now() - timedelta(days=days)
    asked = {"since": since, "until": timezone.now(), "progress": silent}
    came = []

    def spied(*args):
        for batch in batches(*args):
            came.append(len(batch))
            yield batch

    batches = arrow.batches
    monkeypatch.setattr(arrow, "batches", spied)
    by_arrow = reading.read_orders(shop, **asked)
    assert bool(came) == (days != 0)
    monkeypatch.setattr(arrow, "can_read", lambda rows, kinds: False)
    by_django = reading.read_orders(shop, **asked)
    assert plain(by_arrow) == plain(by_django)
    assert len(by_django.lines) == {None: 40 + 6 + 2 + 1, 30: 48, 0: 0}[days]


@pytest.mark.service("postgresql")
@pytest.mark.django_db(transaction=True)
def test_where_arrow_cannot_go_django_reads(shop, products, monkeypatch, caplog):
    mixed_orders(products)
    monkeypatch.setattr(arrow, "_address", lambda connection: "host=127.0.0.1 port=1")
    found = reading.read_orders(shop, since=None, until=None, progress=silent)
    assert len(found.lines) == 49
    assert "reading Django's way, for Arrow could not" in caplog.text


@pytest.mark.parametrize(
    "quantity", [DecimalField(max_digits=9, decimal_places=3), FloatField(), IntegerField()]
)
def test_whatever_kind_of_number_a_quantity_is_its_sign_counts(products, monkeypatch, quantity):
    """Whoever sells by weight has decimals; they are no keys to be numbered."""
    bakery.order(products, "bread", "butter")
    bakery.order(products, "soap", quantity=-1)
    bakery.order(products, "jam", quantity=0)
    lines = get_adapter()._all_order_lines().annotate(xsell_quantity=Cast("quantity", quantity))
    found = lines.values(*ORDER_LINE_COLUMNS)
    monkeypatch.setattr(ShopAdapter, "order_lines", lambda self, since=None, until=None: found)
    read = reading.read_orders(get_adapter(), since=None, until=None, progress=silent)
    assert sorted(read.lines.quantity.tolist()) == [-1, 0, 1, 1]


def test_a_shop_may_know_the_day_of_an_order_alone(products, monkeypatch):
    bakery.order(products, "bread", "butter")
    days = get_adapter()._orders().annotate(xsell_placed_at=Cast("placed_at", DateField()))
    monkeypatch.setattr(
        ShopAdapter, "order_changes", lambda self, since=None: days.values(*ORDER_COLUMNS)
    )
    read = reading.read_orders(get_adapter(), since=None, until=None, progress=silent)
    (moment,) = set(read.lines.placed_at.tolist())
    assert (moment.hour, moment.minute) == (0, 0)


def test_a_quantity_that_is_no_number_is_refused_by_name(products, monkeypatch):
    bakery.order(products, "bread")
    lines = get_adapter()._all_order_lines().annotate(xsell_quantity=Cast("quantity", CharField()))
    found = lines.values(*ORDER_LINE_COLUMNS)
    monkeypatch.setattr(ShopAdapter, "order_lines", lambda self, since=None, until=None: found)
    with pytest.raises(MiningFailed, match="xsell_quantity is neither a number nor a date"):
        reading.read_orders(get_adapter(), since=None, until=None, progress=silent)


def test_in_a_transaction_that_nobody_else_sees_arrow_does_not_look(shop, products):
    mixed_orders(products)
    assert not arrow.can_read(shop.order_lines(), [Kind.WHOLE])
    found = reading.read_orders(shop, since=None, until=None, progress=silent)
    assert len(found.lines) == 49


def test_without_its_drivers_arrow_does_not_look(products, monkeypatch):
    monkeypatch.setattr(arrow, "nanoarrow", None)
    assert not arrow.can_read(get_adapter().order_lines(), [Kind.WHOLE])


def test_lines_are_read_once_and_orders_once(products, django_assert_num_queries):
    mixed_orders(products)
    with django_assert_num_queries(2):
        reading.read_orders(get_adapter(), since=None, until=None, progress=silent)


def test_a_shop_that_does_not_tell_its_orders_is_read_by_its_lines(products, monkeypatch):
    mixed_orders(products)
    adapter = get_adapter()
    expected = plain(reading.read_orders(adapter, since=None, until=None, progress=silent))
    monkeypatch.setattr(type(adapter), "order_changes", lambda self, since=None: None)
    found = reading.read_orders(adapter, since=None, until=None, progress=silent)
    assert plain(found) == expected


def test_progress_is_told_in_lines(products, monkeypatch):
    bakery.a_month_of_orders(products)
    monkeypatch.setattr(fetching, "CHUNK", 15)
    told = []
    reading.read_orders(
        get_adapter(),
        since=None,
        until=None,
        progress=lambda *said: told.append(said),
        expected=35,
    )
    if connection.vendor != "mysql":
        assert told == [("reading", 15, 35), ("reading", 30, 35), ("reading", 40, 40)]


def test_the_changed_orders_come_with_all_their_lines_and_the_others_do_not(products):
    mixed_orders(products)
    before = timezone.now()
    cancelled, grown = Order.objects.filter(status="placed").order_by("pk")[:2]
    cancelled.status = "cancelled"
    cancelled.save()
    make.OrderLineFactory(order=grown, product=products["soap"])
    grown.save()
    found = reading.read_changes(
        get_adapter(), changed_since=before, since=None, until=None, progress=silent
    )
    assert sorted(found.touched.tolist()) == [cancelled.pk, grown.pk]
    assert set(found.lines.order.tolist()) == {grown.pk}
    assert len(found.lines) == OrderLine.objects.filter(order=grown).count()


# -------------------------------------------------------------------------------- columns


def test_a_column_grows_without_losing_what_it_has():
    column = Column(Kind.WHOLE)
    for start in range(0, 300_000, 30_000):
        column.extend(np.arange(start, start + 30_000))
    assert column.array().tolist() == list(range(300_000))
    assert column.array().dtype == np.int32


@pytest.mark.parametrize(
    ("kind", "given", "array"),
    [
        (Kind.WHOLE, [3, None, 2**40], [3, None, 2**40]),
        (Kind.REAL, [0.5, None], [0.5, None]),
        (Kind.KEY, ["pear", None, "fig", "pear"], ["pear", None, "fig", "pear"]),
        (Kind.KEY, [None, None], [None, None]),
    ],
)
def test_what_is_missing_is_masked(kind, given, array):
    column = Column(kind)
    column.extend_objects(given)
    names, (numbers,) = named([column])
    assert [None if it is None else names[it] for it in numbers.tolist()] == array


def test_keys_are_numbered_in_their_own_order_whatever_order_they_come_in():
    """Two runs that meet the keys in another order must not differ in the last bit."""
    columns = [Column(Kind.KEY), Column(Kind.KEY)]
    columns[0].extend_objects(["pear", "apple"])
    columns[1].extend_objects(["fig", "pear"])
    names, (one, other) = named(columns)
    assert names.keys == ("apple", "fig", "pear")
    assert (one.tolist(), other.tolist()) == ([2, 0], [1, 2])


def test_names_of_two_readings_are_joined():
    names, own, others = Names(("apple", "pear")).joined(Names(("fig", "pear")))
    assert names.keys == ("apple", "fig", "pear")
    assert (own.tolist(), others.tolist()) == ([0, 2], [1, 2])


def test_the_kind_of_a_column_is_that_of_the_field_at_its_end(products):
    lines = get_adapter().order_lines()
    kinds = {name: fetching.kind_of(lines, name) for name in reading.LINE_COLUMNS}
    assert set(kinds.values()) == {Kind.WHOLE}
    named_orders = lines.annotate(xsell_number=F("order__number"))
    assert fetching.kind_of(named_orders, "xsell_number") is Kind.KEY
    assert fetching.kind_of(lines, "xsell_placed_at") is Kind.TIME
