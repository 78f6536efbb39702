"""What closes the gap to free shipping (from $35.00): (cart) -> what is shown, and why not more."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.queries import reads_and_writes
from xsell.selection.gap_closers import NO_GAP, NOT_REACHED, TOO_CHEAP, TOO_DEAR
from xsell.selection.rulebook import rulebook

PRICES = {
    "camera": "30.80",
    "lens": "35.00",
    "strap": "4.20",
    "case": "6.00",
    "film": "9.80",
    "flash": "9.81",
    "cloth": "4.19",
    "bag": "12.00",
}


@pytest.fixture
def stocked(shop):
    """Everything is bought with the camera, the strap least often."""
    for name, price in PRICES.items():
        shop.stock(name, price=Decimal(price))
    shop.bought_with("camera", "film", "case", "strap", "flash", "cloth", "bag")
    return shop


def why_not(content, shop):
    return {shop.name_of(it.product_id): it.reason for it in content.decisions if not it.kept}


@pytest.mark.parametrize(
    ("cart", "missing", "shown"),
    [
        ([], None, []),
        (["camera"], "4.20", ["film", "case", "strap"]),
        (["camera", "case"], "0", []),
        (["camera", "cloth"], "0.01", []),
        (["lens"], "0", []),
        (["bag"], "23.00", []),
    ],
)
def test_what_just_closes_the_gap_shows_the_closest_to_the_cart_first(
    stocked, cart, missing, shown
):
    page = stocked.page(cart)
    content = page.placement("free-shipping")
    gap = page.shipping_gap
    assert (gap and gap.missing) == (missing and Decimal(missing))
    assert [it.product.title for it in content.suggestions] == shown


def test_every_product_that_does_not_show_has_its_reason(stocked):
    stocked.place("free-shipping", max_items=2)
    content = stocked.content("free-shipping", cart=["camera"])
    assert why_not(content, stocked) == {
        "strap": "the placement shows 2 at most",
        "flash": TOO_DEAR,
        "cloth": TOO_CHEAP,
        "bag": TOO_DEAR,
    }
    reached = stocked.content("free-shipping", cart=["camera", "case"])
    assert why_not(reached, stocked) == {
        **dict.fromkeys(("film", "strap", "flash", "cloth", "bag"), NO_GAP),
        "case": "already in the cart",
    }


def test_nothing_shows_that_is_banned_or_sold_out_or_replaces_what_is_in_the_cart(stocked):
    stocked.relate("camera", "film", verdict="ban")
    stocked.relate("camera", "case", kind="substitute")
    type(stocked["strap"]).objects.filter(pk=stocked["strap"].pk).update(stock=0)
    content = stocked.content("free-shipping", cart=["camera"])
    assert content.suggestions == ()
    told = why_not(content, stocked)
    assert told["film"] == "banned by a curated relation"
    assert told["case"] == "it replaces the product instead of adding to it"
    assert told["strap"].startswith("cannot be bought now")


def test_curated_comes_before_mined_before_what_sells_best(stocked):
    stocked.stock("tripod", price=Decimal("5.00"))
    stocked.stock("battery", price=Decimal("5.00"))
    stocked.relate("camera", "tripod")
    stocked.best_sellers("battery", "strap")
    stocked.place("free-shipping", max_items=6)
    shown = stocked.shown("free-shipping", cart=["camera"])
    assert shown == ["tripod", "film", "case", "strap", "battery"]


def test_a_saving_that_would_open_the_gap_again_is_reckoned_with(stocked):
    """With the strap the cart comes to 35.00; but the two cost 10% less together: 31.50."""
    stocked.bundle(10, {"camera": 1, "strap": 1})
    content = stocked.content("free-shipping", cart=["camera"])
    assert [it.product.title for it in content.suggestions] == ["film", "case"]
    assert why_not(content, stocked)["strap"] == NOT_REACHED


def test_a_saving_of_the_product_alone_is_reckoned_with(stocked):
    stocked.bundle(10, {"strap": 1})
    assert "strap" not in stocked.shown("free-shipping", cart=["camera"])


def test_a_saving_opens_the_gap(stocked):
    """Complaint 47: what lowers the cart below the threshold is seen at once."""
    assert stocked.page(["camera", "strap"]).shipping_gap.is_reached
    stocked.bundle(10, {"camera": 1, "strap": 1})
    assert stocked.page(["camera", "strap"]).shipping_gap.missing == Decimal("3.50")


def test_free_shipping_by_a_bundle_closes_the_gap(stocked):
    stocked.bundle(None, {"camera": 1, "cloth": 1}, benefit="free_shipping")
    assert not stocked.page(["camera"]).shipping_gap.is_reached
    assert stocked.page(["camera", "cloth"]).shipping_gap.is_reached


def test_a_merchandiser_switches_it_off(stocked):
    stocked.place("free-shipping", is_live=False)
    content = stocked.content("free-shipping", cart=["camera"])
    assert (content.is_live, content.suggestions) == (False, ())


@pytest.mark.parametrize("n_lines", [1, 20])
def test_it_costs_three_queries_beside_the_three_of_every_cart(stocked, n_lines):
    names = ["camera", *(f"line {number}" for number in range(n_lines - 1))]
    stocked.stock(*names[1:], price=Decimal("0.01"))
    page = stocked.page(names)
    rulebook()
    with CaptureQueriesContext(connection) as queries:
        assert page.placement("free-shipping").suggestions
        page.placement("cart")
    assert reads_and_writes(queries) == (3 + 3, 0)
