"""What a nudge promises is what `price_cart` saves after the click, in any shop."""

import contextlib
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import event, given, settings
from hypothesis import strategies as st

from demo_shop.models import CartLine
from tests import factories as make
from tests.shopfloor import ShopFloor
from tests.tokens import request_of, send
from xsell.models import Acceptance, Bundle
from xsell.services.pricing import price_cart, price_cart_and_shipping
from xsell.storefront import rendering

pytestmark = pytest.mark.django_db

NAMES = ("bread", "jam", "milk", "tea")
BENEFITS = (
    {"saving_percent": Decimal(15)},
    {"benefit": "amount", "benefit_amount": Decimal("0.70"), "benefit_currency": "USD"},
    {"benefit": "fixed_price", "benefit_amount": Decimal("5.00"), "benefit_currency": "USD"},
    {"benefit": "cheapest_free"},
)
prices = st.decimals("0.50", "12.00", places=2)
carts = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3), min_size=1, max_size=3)
bundles = st.lists(
    st.tuples(
        st.sampled_from(BENEFITS),
        st.dictionaries(st.sampled_from(NAMES), st.integers(1, 2), min_size=1, max_size=3),
        st.booleans(),
        st.none() | st.integers(1, 2),
    ),
    min_size=1,
    max_size=4,
)


@contextlib.contextmanager
def undone():
    """Of what the block writes nothing stays: the next example starts from the same shop."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def stocked_shop(costs, rules):
    shop = ShopFloor()
    for name, price in zip(NAMES, costs, strict=True):
        shop.stock(name, price=price, stock=4)
    for benefit, parts, is_exclusive, limit in rules:
        fields = {"saving_percent": None, **benefit}
        percent = fields.pop("saving_percent")
        shop.bundle(percent, parts, is_exclusive=is_exclusive, limit_per_order=limit, **fields)
    return shop


def client_with(shop, held):
    client, cart = Client(), make.CartFactory()
    for name, quantity in held.items():
        make.CartLineFactory(cart=cart, product=shop[name], quantity=quantity)
    session = client.session
    session["cart_id"] = str(cart.pk)
    session.save()
    return client


@settings(max_examples=60)
@given(st.lists(prices, min_size=4, max_size=4), bundles, carts)
def test_the_discount_that_is_promised_is_the_one_that_is_given(costs, rules, held):
    with undone():
        shop = stocked_shop(costs, rules)
        client = client_with(shop, held)
        page = rendering.page_of(request_of(client))
        before = price_cart(request_of(client)).saving
        for it in page.placement("discount").suggestions:
            token = rendering.suggestion_token(page, it, placement="discount")
            with undone():
                send(client, token)
                line = CartLine.objects.get(product=it.product.product_id)
                assert line.quantity == held.get(it.product.title, 0) + 1
                assert price_cart(request_of(client)).saving - before == it.discount.saving > 0


@settings(max_examples=40)
@given(st.lists(prices, min_size=4, max_size=4), bundles, carts)
def test_what_is_to_bring_free_shipping_brings_it(costs, rules, held):
    with undone():
        shop = stocked_shop([it * 4 for it in costs], rules)
        shop.best_sellers(*NAMES)
        client = client_with(shop, held)
        page = rendering.page_of(request_of(client))
        shown = page.placement("free-shipping").suggestions
        quote, gap = price_cart_and_shipping(request_of(client))
        assert gap == page.shipping_gap
        assert quote.total == Decimal(35) - gap.missing or gap.is_reached
        assert not (shown and gap.is_reached)
        event(f"{len(shown)} close the gap")
        for it in shown:
            with undone():
                send(client, rendering.suggestion_token(page, it, placement="free-shipping"))
                assert price_cart_and_shipping(request_of(client))[1].is_reached


# ---------------------------------------------------------------------------- at the click


@pytest.fixture
def nearly(shop, client):
    """A shopper with bread, and the token of the jam that makes the pair."""
    shop.bundle(10, {"bread": 1, "jam": 1}, name="Toast")
    client.post(reverse("cart-add", args=[shop["bread"].sku]), {"quantity": 1})
    page = rendering.page_of(request_of(client))
    (it,) = page.placement("discount").suggestions
    return rendering.suggestion_token(page, it, placement="discount")


def test_the_click_is_in_the_ledger_as_the_bundle_s(shop, client, nearly):
    send(client, nearly)
    (row,) = Acceptance.objects.all()
    assert (row.kind, row.placement, row.product_id) == ("bundle", "discount", shop["jam"].pk)
    assert row.terms["name"] == "Toast"


@pytest.mark.parametrize("over", [{"is_live": False}, {"ends_at": timezone.now()}])
def test_a_discount_that_is_over_is_not_taken_at_the_full_price(shop, client, nearly, over):
    Bundle.objects.update(**over)
    page = send(client, nearly, next="/cart/")
    page = client.get(page["Location"])
    assert "This bundle is not on offer any more." in page.content.decode()
    assert list(CartLine.objects.values_list("product__title", flat=True)) == ["bread"]


def test_what_another_tab_made_whole_is_not_added_once_more(shop, client, nearly):
    client.post(reverse("cart-add", args=[shop["jam"].sku]), {"quantity": 1})
    send(client, nearly)
    assert dict(CartLine.objects.values_list("product__title", "quantity")) == {
        "bread": 1,
        "jam": 1,
    }


def test_the_same_click_twice_adds_once(shop, client, nearly):
    send(client, nearly)
    send(client, nearly)
    assert dict(CartLine.objects.values_list("product__title", "quantity")) == {
        "bread": 1,
        "jam": 1,
    }
