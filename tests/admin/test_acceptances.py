"""The ledger's screen: what was taken and what became of it, for people who only look."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as make
from tests.queries import reads_and_writes
from xsell.models import Acceptance

NOW = timezone.now()
ORDERED = {"order_ref": "N-4711", "ordered_at": NOW, "currency": "USD", "saving": Decimal("2.5")}


def take(shop, name="batteries", **fields):
    """A row of the ledger."""
    row = {
        "key": f"click {Acceptance.objects.count()}",
        "kind": "offer",
        "product": shop[name],
        "cart_ref": "C-7712",
        "accepted_at": NOW,
        **fields,
    }
    return Acceptance.objects.create(**row)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "In the cart"),
        ({"expires_at": NOW + timedelta(hours=2)}, "Held until "),
        ({"expires_at": NOW - timedelta(hours=2)}, "Lapsed"),
        (ORDERED, "Ordered<"),
        ({**ORDERED, "expires_at": NOW}, "Ordered, and all came back"),
    ],
)
def test_a_line_says_what_became_of_it(desk, shop, fields, state):
    take(shop, **fields)
    assert f'field-state">{state}' in desk.list("acceptance").content.decode()


def test_a_line_says_what_was_taken_and_what_it_saved(desk, shop):
    offer = make.OfferFactory(product=shop["batteries"], name="Half-price batteries")
    take(shop, offer=offer, terms={"name": "For your camera"}, **ORDERED)
    page = desk.list("acceptance").content.decode()
    for said in ("Half-price batteries", "batteries", "An offer", "N-4711", "2.50"):
        assert said in page
    offer.delete()
    assert "For your camera (deleted since)" in desk.list("acceptance").content.decode()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("N-4711", ["strap"]),
        ("N-47", []),
        ("C-7712", ["case"]),
        ("C-77", []),
        ("strap", ["strap"]),
        ("nothing", []),
    ],
)
def test_rows_are_found_by_order_cart_and_product(desk, shop, search, found):
    take(shop, "strap", cart_ref="C-8812", **ORDERED)
    take(shop, "case")
    assert [shop.name_of(it.product_id) for it in desk.rows("acceptance", q=search)] == found


def test_a_list_costs_as_many_queries_for_thirty_rows_as_for_three(desk, shop):
    counts = []
    for names in ([f"few {n}" for n in range(3)], [f"many {n}" for n in range(27)]):
        for name in names:
            allocations = {str(shop[name].pk): {"bought": 1, "quantity": 1, "saving": "2.5"}}
            take(
                shop,
                name,
                offer=shop.offer(name),
                bundle=make.BundleFactory(),
                terms={"allocations": allocations},
                **ORDERED,
            )
        with CaptureQueriesContext(connection) as queries:
            rows = desk.rows("acceptance")
        assert len(rows) >= len(names)
        counts.append(reads_and_writes(queries))
    assert counts[0] == counts[1]
    assert counts[0][1] == 0


def test_one_row_says_what_was_saved_on_each_product_and_what_came_back(desk, shop):
    shares = {
        str(shop["bread"].pk): {"bought": 3, "quantity": 2, "saving": "0.50"},
        str(shop["egg"].pk): {"bought": 12, "quantity": 12, "saving": "0.36"},
    }
    row = take(shop, kind="bundle", product=None, terms={"allocations": shares}, **ORDERED)
    row.refunds.create(
        refund_ref="R1", product=shop["egg"], quantity=7, saving="0.21", refunded_at=NOW
    )
    page = desk.open("acceptance", row.pk).content.decode()
    bread, egg = page.index('scope="row">bread'), page.index('scope="row">egg')
    assert "0.50" in page[bread:egg]
    assert "0.36" in page[egg:]
    assert ">7</td>" in page[egg:]


def test_products_and_everything_else_may_be_gone(desk, shop):
    row = take(shop, terms={"allocations": {"987654": {"bought": 1, "saving": "1"}}}, **ORDERED)
    shop["batteries"].delete()
    assert "which the shop does not have any more" in desk.list("acceptance").content.decode()
    page = desk.open("acceptance", row.pk).content.decode()
    assert "product 987654, which the shop does not have any more" in page


@pytest.mark.parametrize("who", ["merchandiser", "superuser"])
def test_nobody_adds_changes_or_deletes(desk, client, shop, who):
    if who == "superuser":
        client.force_login(make.UserFactory(is_staff=True, is_superuser=True))
    row = take(shop, **ORDERED)
    page = desk.open("acceptance", row.pk).content.decode()
    assert 'name="_save"' not in page
    assert desk.open("acceptance").status_code == 403
    address = desk.address("acceptance", row.pk)
    assert client.post(address, {"order_ref": "A2"}).status_code == 403
    assert client.post(address.replace("change", "delete"), {"post": "yes"}).status_code == 403
    deleting = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    client.post(address.replace(f"{row.pk}/change/", ""), deleting)
    row.refresh_from_db()
    assert row.order_ref == "N-4711"
