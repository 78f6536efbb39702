"""Any history of orders gives the same relations by updates as by a full run."""

import shutil
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo_shop.models import Order
from tests import factories as make
from tests.services import bakery
from tests.services.bakery import cancel, refund
from tests.services.snapshot import serving
from xsell.services.mining import recompute_relations, recomputing, update_relations

pytestmark = pytest.mark.django_db

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
    products, monkeypatch, tmp_path, before, between, scoring
):
    folder = tmp_path / "orders"
    monkeypatch.setattr(django_settings, "XSELL_STORE", folder, raising=False)
    monkeypatch.setattr(recomputing, "OVERLAP", timedelta(0))
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
