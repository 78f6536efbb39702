"""A page costs the same few queries, however much it shows, and never writes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.queries import reads_and_writes
from xsell.models import Offer
from xsell.selection.rulebook import rulebook


def full_shop(shop, n_suggested):
    """A camera with everything that a product page can show, and a bump for the checkout."""
    names = [f"thing {number}" for number in range(n_suggested)]
    shop.bought_with("camera", *names, score=n_suggested)
    shop.relate("camera", *(f"pinned {number}" for number in range(n_suggested)))
    shop.best_sellers("camera", *names)
    shop.ladder("camera", "better camera", "best camera")
    for number in range(n_suggested):
        shop.bundle(10, {"camera": 1, f"thing {number}": 1})
        shop.offer(f"thing {number}", {"has_product": "camera"}, {"total_at_least": 5})


def everything_on_the_product_page(page, product_id):
    page.placement("product-page", product_id=product_id)
    page.upgrades(product_id)
    page.tier_table(product_id)
    page.bundles(product_id)


@pytest.mark.parametrize("n_suggested", [1, 12])
def test_a_product_page_with_all_its_placements_costs_five_queries_beside_the_cart(
    shop, n_suggested
):
    full_shop(shop, n_suggested)
    page = shop.page(cart=["thing 0"])
    rulebook()
    with CaptureQueriesContext(connection) as queries:
        everything_on_the_product_page(page, shop["camera"].pk)
    assert reads_and_writes(queries) == (5, 0)


@pytest.mark.parametrize("n_lines", [1, 20])
def test_a_cart_and_its_checkout_cost_three_queries_beside_the_cart(shop, n_lines):
    full_shop(shop, 12)
    names = [f"line {number}" for number in range(n_lines)]
    for name in names:
        shop.bought_with(name, "thing 3", "thing 4")
    page = shop.page(cart=names)
    rulebook()
    with CaptureQueriesContext(connection) as queries:
        page.placement("cart")
        page.placement("checkout-bump")
    assert reads_and_writes(queries) == (3, 0)


def test_rules_are_read_again_after_a_change_and_not_before(shop):
    shop.offer("strap")
    assert shop.shown("checkout-bump", cart=["camera"]) == ["strap"]
    with CaptureQueriesContext(connection) as queries:
        rulebook()
    assert reads_and_writes(queries) == (1, 0)
    Offer.objects.update(state="paused")
    with CaptureQueriesContext(connection) as queries:
        rulebook()
    assert reads_and_writes(queries) == (8, 0)
    assert shop.shown("checkout-bump", cart=["camera"]) == []


def test_an_empty_shop_costs_no_more_and_shows_nothing(shop):
    page = shop.page()
    rulebook()
    with CaptureQueriesContext(connection) as queries:
        everything_on_the_product_page(page, shop["camera"].pk)
    # The product itself was put on its shelf inside the block.
    assert reads_and_writes(queries)[0] <= 5
    assert page.placement("cart").suggestions == ()
