"""Two web workers at once: the last unit goes to one shopper, and one click is one unit."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db.models import Sum

from demo_shop.models import CartLine
from tests import factories as make
from tests.services.clicking import at_once, clickers
from xsell.models import Acceptance

TIMES = 100

pytestmark = [
    pytest.mark.service("database-server"),
    pytest.mark.django_db(transaction=True),
]


def units_in_carts():
    return CartLine.objects.aggregate(units=Sum("quantity"))["units"]


@pytest.fixture
def product():
    return make.ProductFactory(title="batteries", price=Decimal("4.00"), stock=10_000)


@pytest.mark.parametrize("has_looked", [False, True])
def test_the_last_unit_goes_to_exactly_one_a_hundred_times_in_a_row(product, has_looked):
    carts = [make.CartFactory() for _ in range(2)]
    with clickers(2) as both:
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


@pytest.mark.parametrize("has_looked", [False, True])
def test_one_click_that_comes_twice_at_once_is_one_unit_a_hundred_times_in_a_row(
    product, has_looked
):
    offer, cart = make.OfferFactory(product=product), make.CartFactory()
    with clickers(2) as both:
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
