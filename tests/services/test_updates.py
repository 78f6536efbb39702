"""An update reads what changed, and finds what a full run would."""

import shutil
from datetime import timedelta

import pytest
from django.utils import timezone

from demo_shop.models import OrderLine
from tests import factories as make
from tests.services import bakery
from tests.services.bakery import cancel, refund
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


def cut_short(folder, monkeypatch):
    """The power failed while it was written."""
    (kept,) = folder.iterdir()
    (kept / "order.npy").write_bytes(b"")


def that_says_nothing(folder, monkeypatch):
    (kept,) = folder.iterdir()
    (kept / "about.json").write_text("")


def of_another_adapter(folder, monkeypatch):
    """What counts is another thing since the last deploy."""
    all_lines = OrdersFromModel.order_lines
    monkeypatch.setattr(
        OrdersFromModel,
        "order_lines",
        lambda self, *span: all_lines(self, *span).exclude(quantity=77),
    )


def that_cannot_tell(folder, monkeypatch):
    monkeypatch.setattr(
        OrdersFromModel,
        "order_changes",
        lambda self, since=None: None if since else self._orders().values(*ORDER_COLUMNS),
    )


@pytest.mark.parametrize(
    "trouble",
    [
        *(take_away, of_another_shop, of_another_version, of_another_adapter),
        *(cut_short, that_says_nothing, that_cannot_tell),
    ],
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


def test_an_update_knows_the_parameters_of_older_versions(orders, products, folder):
    recompute_relations()
    run = MiningRun.objects.get()
    run.parameters |= {"chosen": {}, "trials": {}}
    run.save()
    bakery.order(products, "bread", "jam")
    update_relations()
    assert MiningRun.objects.get(is_active=True).n_baskets == 31


@pytest.mark.parametrize(("with_zones", "minutes"), [(True, 10), (False, 70)])
def test_where_clocks_are_put_back_an_hour_more_is_read_again(
    settings, monkeypatch, with_zones, minutes
):
    monkeypatch.setattr(recomputing, "OVERLAP", timedelta(minutes=10))
    settings.USE_TZ = with_zones
    assert recomputing._overlap() == timedelta(minutes=minutes)


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
