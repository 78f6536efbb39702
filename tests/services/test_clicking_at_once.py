"""Two web workers at once: the last unit goes to one shopper, and one click is one unit."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Sum

from demo_shop.models import Cart, CartLine
from tests import factories as make
from tests.services.clicking import at_once, clickers
from tests.services.locks import until_somebody_waits_for_us
from tests.services.shoppers import Shopper
from xsell.models import Acceptance
from xsell.services.orders import record_order

TIMES = 100
ISOLATIONS = [
    ("", False),
    # The default of MariaDB itself, in a transaction that goes on seeing the ledger as it was.
    ("repeatable read", True),
]

pytestmark = [
    pytest.mark.service("database-server"),
    pytest.mark.django_db(transaction=True),
]


def units_in_carts():
    return CartLine.objects.aggregate(units=Sum("quantity"))["units"]


@pytest.fixture
def product():
    return make.ProductFactory(title="batteries", price=Decimal("4.00"), stock=10_000)


@pytest.mark.parametrize(("isolation", "has_looked"), ISOLATIONS)
def test_the_last_unit_goes_to_exactly_one_a_hundred_times_in_a_row(product, isolation, has_looked):
    carts = [make.CartFactory() for _ in range(2)]
    with clickers(2, isolation) as both:
        for number in range(TIMES):
            offer = make.OfferFactory(product=product, limit_in_all=1)
            clicks = [
                {
                    "offer": offer.pk,
                    "cart_ref": str(cart.pk),
                    "key": uuid4().hex,
                    "has_looked": has_looked,
                }
                for cart in carts
            ]
            assert sorted(at_once(both, clicks)) == ["LimitReached", "taken"], number
            assert Acceptance.objects.filter(offer=offer).count() == 1
    assert units_in_carts() == TIMES


@pytest.mark.parametrize(("isolation", "has_looked"), ISOLATIONS)
def test_one_click_that_comes_twice_at_once_is_one_unit_a_hundred_times_in_a_row(
    product, isolation, has_looked
):
    offer, cart = make.OfferFactory(product=product), make.CartFactory()
    with clickers(2, isolation) as both:
        for number in range(TIMES):
            click = {
                "offer": offer.pk,
                "cart_ref": str(cart.pk),
                "key": uuid4().hex,
                "has_looked": has_looked,
            }
            assert at_once(both, [click, click]) == ["taken", "taken"], number
            assert Acceptance.objects.filter(key=click["key"]).count() == 1
    assert units_in_carts() == Acceptance.objects.count() == TIMES


LINES = [
    # in the cart before the upgrade, and again after two undo at once
    {"good": 3},
    {"good": 3, "better": 2},
]


@pytest.mark.parametrize("before", LINES)
@pytest.mark.parametrize(("isolation", "has_looked"), ISOLATIONS)
def test_one_upgrade_that_is_undone_twice_at_once_is_undone_once(isolation, has_looked, before):
    make.MiningRunFactory()
    ladder = make.TierLadderFactory()
    products = {name: make.ProductFactory(title=name, stock=1000) for name in ("good", "better")}
    for rank, product in enumerate(products.values(), 1):
        make.TierFactory(ladder=ladder, product=product, rank=rank)
    with clickers(2, isolation) as both:
        for number in range(TIMES // 4):
            cart = make.CartFactory()
            for name, quantity in before.items():
                make.CartLineFactory(cart=cart, product=products[name], quantity=quantity)
            shopper = Shopper(cart_ref=str(cart.pk))
            row = shopper.upgrades(products["good"], products["better"])
            click = {"undo": row.key, "cart_ref": str(cart.pk), "has_looked": has_looked}
            assert at_once(both, [click, click]) == ["taken", "taken"], number
            assert shopper.holds() == before, number
            row.refresh_from_db()
            assert row.expires_at is not None


@pytest.mark.service("postgresql")
def test_who_undoes_while_the_cart_is_ordered_waits_for_the_order_and_changes_nothing():
    """An order locks the cart and then the ledger; so does who takes an upgrade back."""
    ladder = make.TierLadderFactory()
    good, better = (make.ProductFactory(title=name) for name in ("good", "better"))
    for rank, product in enumerate((good, better), 1):
        make.TierFactory(ladder=ladder, product=product, rank=rank)
    cart = make.CartFactory()
    make.CartLineFactory(cart=cart, product=good, quantity=3)
    shopper = Shopper(cart_ref=str(cart.pk))
    row = shopper.upgrades(good, better)
    click = {"undo": row.key, "cart_ref": str(cart.pk), "has_looked": False}
    with clickers(1) as (other,):
        with transaction.atomic():
            Cart.objects.select_for_update().get(pk=cart.pk)
            other.aims(**click)
            other.says("go")
            until_somebody_waits_for_us()
            record_order(order_ref="A1", quote=shopper.quote())
        assert other.hears() == "NotOnOffer"
    assert shopper.holds() == {"better": 3}


@pytest.mark.service("postgresql")
def test_who_clicks_while_the_same_cart_is_ordered_waits_for_the_order_and_not_in_a_circle(product):
    """Placing an order locks the cart and then the ledger; a click locks them the other way."""
    offer, cart = make.OfferFactory(product=product, limit_in_all=5), make.CartFactory()
    shopper = Shopper(cart_ref=str(cart.pk))
    shopper.takes(offer)
    click = {"offer": offer.pk, "cart_ref": str(cart.pk), "key": "second", "has_looked": False}
    with clickers(1) as (other,):
        with transaction.atomic():
            Cart.objects.select_for_update().get(pk=cart.pk)
            other.aims(**click)
            other.says("go")
            until_somebody_waits_for_us()
            record_order(order_ref="A1", quote=shopper.quote())
        assert other.hears() == "taken"
    assert sorted(Acceptance.objects.values_list("order_ref", flat=True)) == ["", "A1"]
