"""One shopper in two sessions at once: caps and rests hold over both."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from xsell.models import Encounter
from xsell.services.encounters import record_no, record_seen, record_yes

pytestmark = pytest.mark.django_db

ROUNDS = 25


def seen(source, visit, *, view, customer_id="7"):
    record_seen(
        sources=[source],
        visit=visit,
        customer_id=customer_id,
        placement="checkout-bump",
        view=view,
        now=timezone.now(),
    )


def says(record, source, visit, now=None):
    record(
        source=source,
        visit=visit,
        customer_id="7",
        placement="checkout-bump",
        now=now or timezone.now(),
    )


def test_what_both_sessions_saw_counts_for_the_customer_s_cap(shop):
    source = f"offer:{shop.offer('strap', shown_per_customer=3, shown_per_session=3).pk}"
    for visit, view in (("phone", "a"), ("laptop", "b")):
        seen(source, visit, view=view)
        assert shop.shown("checkout-bump", cart=["camera"], customer_id="7", visit=visit)
    seen(source, "phone", view="c")
    for visit in ("phone", "laptop"):
        around = {"cart": ["camera"], "customer_id": "7", "visit": visit}
        assert shop.shown("checkout-bump", **around) == []
    assert shop.shown("checkout-bump", cart=["camera"], customer_id="8") == ["strap"]


def test_one_view_that_the_browser_tells_twice_counts_once(shop):
    source = f"offer:{shop.offer('strap').pk}"
    for _ in range(3):
        seen(source, "phone", view="the same page")
    assert Encounter.objects.get().n_seen == 1


def test_a_no_in_one_session_rests_in_the_other(shop):
    offer = shop.offer("strap", cool_down_days=30)
    says(record_no, f"offer:{offer.pk}", "phone")
    around = {"cart": ["camera"], "customer_id": "7", "visit": "laptop"}
    assert shop.shown("checkout-bump", **around) == []
    later = timezone.now() + timedelta(days=31)
    page = shop.page(at=later, **around)
    assert len(page.placement("checkout-bump").suggestions) == 1


def test_a_yes_takes_an_earlier_no_of_the_session_back(shop):
    offer = shop.offer("strap")
    says(record_no, f"offer:{offer.pk}", "phone")
    says(record_yes, f"offer:{offer.pk}", "phone")
    around = {"cart": ["camera"], "customer_id": "7", "visit": "phone"}
    assert shop.shown("checkout-bump", **around) == ["strap"]


def at_once(*acts: Callable[[], None]) -> None:
    """Each act in a thread and a connection of its own."""

    def run(act: Callable[[], None]) -> None:
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        for found in [pool.submit(run, act) for act in acts]:
            found.result()


@pytest.mark.service("database-server")
@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_lose_no_view(shop):
    source = f"offer:{shop.offer('strap').pk}"

    def tab(name):
        for number in range(ROUNDS):
            seen(source, "phone", view=f"{name}-{number}")

    at_once(lambda: tab("left"), lambda: tab("right"))
    assert Encounter.objects.get(source=source).n_seen == 2 * ROUNDS


@pytest.mark.service("database-server")
@pytest.mark.django_db(transaction=True)
def test_a_no_and_a_view_at_once_keep_both(shop):
    for number in range(ROUNDS):
        source = f"offer:{number}"
        at_once(
            lambda source=source: seen(source, "phone", view="a"),
            lambda source=source: says(record_no, source, "phone"),
            lambda source=source: seen(source, "laptop", view="b"),
        )
    rows = Encounter.objects.all()
    assert rows.count() == 2 * ROUNDS
    assert all(row.n_seen == 1 for row in rows)
    assert rows.filter(declined_at__isnull=False, visit="phone").count() == ROUNDS
