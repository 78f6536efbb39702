"""An update reads what changed, and finds what a full run would."""

import shutil
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo_shop.models import Order, OrderLine
from tests import factories as make
from tests.services import bakery
from tests.services.snapshot import serving
from xsell.adapters import ORDER_COLUMNS
from xsell.adapters.orders import OrdersFromModel
from xsell.models import MiningRun
from xsell.services.mining import (
    recompute_relations,
    recomputing,
    run_requested,
    stored,
    update_relations,
)
from xsell.services.requests import request_relations

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clocks_are_right(monkeypatch):
    """Nothing is read again for safety's sake: an order that is missed is missed."""
    monkeypatch.setattr(recomputing, "OVERLAP", timedelta(0))


@pytest.fixture
def folder(settings, tmp_path):
    settings.XSELL_STORE = tmp_path / "orders"
    return settings.XSELL_STORE


def cancel(order):
    order.status = Order.Status.CANCELLED
    order.save()


def refund(order, title, quantity=0):
    order.lines.filter(product__title=title).update(quantity=quantity)
    order.save()


def forget_line(order, title):
    order.lines.filter(product__title=title).delete()
    order.save()


def bread_and_butter():
    return OrderLine.objects.filter(product__title="butter").first().order


CHANGES = {
    "a new order": lambda shelf: bakery.order(shelf, "bread", "jam", "soap"),
    "a new product": lambda shelf: bakery.order({"tea": make.ProductFactory()}, "tea"),
    "an order cancelled": lambda shelf: cancel(bread_and_butter()),
    "a line refunded": lambda shelf: refund(bread_and_butter(), "butter"),
    "a line given back in part": lambda shelf: refund(bread_and_butter(), "butter", quantity=2),
    "a line deleted": lambda shelf: forget_line(bread_and_butter(), "bread"),
    "all lines refunded": lambda shelf: (
        refund(bread_and_butter(), "bread"),
        refund(bread_and_butter(), "butter"),
    ),
    "an order of long ago, imported": lambda shelf: bakery.order(
        shelf, "jam", "soap", days_ago=300
    ),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("scoring", ["information", "ridge"])
def test_whatever_changed_the_update_finds_what_a_full_run_finds(
    orders, products, folder, scoring, change
):
    recompute_relations(scoring=scoring)
    before = serving()
    CHANGES[change](products)
    update_relations()
    updated = serving()
    recompute_relations(scoring=scoring)
    assert updated == serving()
    assert updated != before or change == "a line given back in part"


def test_an_update_reads_the_orders_that_changed_and_no_other(
    orders, products, folder, monkeypatch
):
    recompute_relations()
    bakery.order(products, "bread", "jam")
    cancel(bread_and_butter())
    read = []

    def spied(*args, **kwargs):
        changes = read_changes(*args, **kwargs)
        read.append((len(changes.touched), len(changes.lines)))
        return changes

    read_changes = recomputing.read_changes
    monkeypatch.setattr(recomputing, "read_changes", spied)
    monkeypatch.setattr(recomputing, "read_some", lambda *a, **k: pytest.fail("read everything"))
    update_relations(started_by="the hour")
    run = MiningRun.objects.get(is_active=True)
    assert read == [(2, 2)]
    assert (run.kind, run.started_by, run.n_baskets) == ("update", "the hour", 30)


def test_updates_follow_each_other(orders, products, folder):
    recompute_relations()
    for _ in range(3):
        bakery.order(products, "jam", "soap")
        update_relations()
    updated = serving()
    recompute_relations()
    assert updated == serving()
    assert [it.name for it in folder.iterdir()] == [
        f"orders-of-run-{MiningRun.objects.get(is_active=True).pk}"
    ]


def test_an_update_keeps_the_model_of_a_run_that_somebody_asked_for(orders, products, folder):
    """A request that wishes for nothing in particular is a run with the defaults."""
    request_relations(requested_by="Ann")
    asked_for = MiningRun.objects.get(pk=run_requested())
    bakery.order(products, "bread", "jam", "soap")
    update = MiningRun.objects.get(pk=update_relations())
    assert update.model["chosen_at"] == asked_for.model["chosen_at"]


def test_where_nothing_changed_what_serves_goes_on_serving(orders, folder):
    serving_run = recompute_relations()
    read_at = MiningRun.objects.get().read_at
    assert update_relations() == serving_run
    assert MiningRun.objects.get().read_at > read_at
    assert update_relations() == serving_run


def test_orders_that_fall_out_of_the_window_leave_with_the_update(products, folder, monkeypatch):
    for days_ago in (1, 20):
        for _ in range(5):
            bakery.order(products, "bread", "butter", days_ago=days_ago)
            bakery.order(products, "soap", days_ago=days_ago)
    recompute_relations(window_days=30)
    assert MiningRun.objects.get(is_active=True).n_baskets == 20
    later = timezone.now() + timedelta(days=15)
    monkeypatch.setattr(timezone, "now", lambda: later)
    update_relations()
    updated = serving()
    assert updated["baskets"] == 10
    recompute_relations(window_days=30)
    assert updated == serving()


def take_away(folder, monkeypatch):
    shutil.rmtree(folder)


def of_another_shop(folder, monkeypatch):
    """The same numbers, as a copy of the database for tests has them."""
    MiningRun.objects.update(started_at=timezone.now() - timedelta(days=1))


def of_another_version(folder, monkeypatch):
    monkeypatch.setattr(stored, "FORMAT", 99)


def that_cannot_tell(folder, monkeypatch):
    monkeypatch.setattr(
        OrdersFromModel,
        "order_changes",
        lambda self, since=None: None if since else self._orders().values(*ORDER_COLUMNS),
    )


@pytest.mark.parametrize(
    "trouble", [take_away, of_another_shop, of_another_version, that_cannot_tell]
)
def test_without_orders_that_it_can_trust_an_update_reads_all(
    orders, products, folder, monkeypatch, trouble
):
    recompute_relations()
    cancel(bread_and_butter())
    trouble(folder, monkeypatch)
    update_relations()
    updated = serving()
    assert updated["baskets"] == 29
    recompute_relations()
    assert updated == serving()


def test_without_a_folder_an_update_reads_all_and_keeps_nothing(orders, products):
    recompute_relations()
    cancel(bread_and_butter())
    update_relations()
    assert MiningRun.objects.get(is_active=True).n_baskets == 29


def test_an_update_of_a_shop_that_was_never_mined_is_its_first_run(orders):
    update_relations()
    assert MiningRun.objects.get(is_active=True).kind == "full"


def test_who_bought_what_is_nobody_else_s_business(orders, folder):
    recompute_relations()
    assert folder.stat().st_mode & 0o077 == 0
    assert all(it.stat().st_mode & 0o077 == 0 for it in folder.iterdir())


# ------------------------------------------------------------------------ any history

PRODUCTS = ("bread", "butter", "jam", "soap")
baskets = st.sets(st.sampled_from(PRODUCTS), min_size=1)
placed = st.tuples(
    st.just("order"), baskets, st.one_of(st.none(), st.integers(0, 3)), st.integers(1, 200)
)
cancelled = st.tuples(st.just("cancel"), st.integers(0, 99))
refunded = st.tuples(
    st.just("refund"), st.integers(0, 99), st.sampled_from(PRODUCTS), st.integers(0, 1)
)
histories = st.lists(st.one_of(placed, placed, cancelled, refunded), max_size=12)


def live(shelf, customers, history):
    for act, *what in history:
        if act == "order":
            names, customer, days_ago = what
            whose = None if customer is None else customers[customer]
            bakery.order(shelf, *sorted(names), days_ago=days_ago, customer=whose)
            continue
        known = list(Order.objects.order_by("pk"))
        if not known:
            continue
        order = known[what[0] % len(known)]
        if act == "cancel":
            cancel(order)
        else:
            refund(order, *what[1:])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    before=histories,
    between=st.lists(histories, min_size=1, max_size=3),
    scoring=st.sampled_from(["information", "walk", "ridge"]),
)
def test_any_history_gives_the_same_by_updates_as_by_a_full_run(
    products, folder, before, between, scoring
):
    shutil.rmtree(folder, ignore_errors=True)
    with transaction.atomic():
        customers = make.UserFactory.create_batch(4)
        bakery.a_month_of_orders(products)
        live(products, customers, before)
        asked = {"scoring": scoring, "min_count": 2}
        recompute_relations(**asked)
        for history in between:
            live(products, customers, history)
            update_relations()
        updated = serving()
        recompute_relations(**asked)
        assert updated == serving()
        transaction.set_rollback(True)
