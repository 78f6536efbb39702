from decimal import Decimal

import pytest

from tests import factories as make
from tests.services import bakery
from tests.services.shoppers import with_camera


@pytest.fixture
def products(db):
    return bakery.shelves()


@pytest.fixture
def orders(products):
    """Bread goes with butter; soap goes alone."""
    bakery.a_month_of_orders(products)


@pytest.fixture
def shelves(shop):
    shop.stock("camera", price=Decimal("100.00"))
    shop.stock("batteries", price=Decimal("4.00"))
    shop.stock("bread", price=Decimal("2.50"))
    shop.stock("egg", price=Decimal("0.30"))
    shop.stock("lens", price=Decimal("50.00"))
    return shop


@pytest.fixture
def offer(shelves):
    """Batteries for half their price to who buys a camera."""
    return shelves.offer(
        "batteries",
        {"has_product": "camera"},
        headline="Batteries for half",
        benefit="percent",
        saving_percent=Decimal(50),
    )


@pytest.fixture
def breakfast(shelves):
    return shelves.bundle(10, {"bread": 1, "egg": 6}, name="Breakfast")


@pytest.fixture
def shopper(shelves, offer, breakfast):
    """Has a camera with batteries from the offer, and two breakfasts and a bread more."""
    shopper = with_camera(shelves)
    shopper.takes(offer)
    shopper.adds(shelves["bread"], 3)
    shopper.adds(shelves["egg"], 12)
    return shopper


@pytest.fixture
def ladder(shop):
    shop.ladder("good", "better", "best")
    return shop


@pytest.fixture
def cart(ladder, client):
    """Lines by (title, option) -> quantity, in the cart of the client's session."""

    def fill(lines):
        cart = make.CartFactory()
        for (title, *options), quantity in lines.items():
            make.CartLineFactory(
                cart=cart,
                product=ladder[title],
                quantity=quantity,
                options=dict.fromkeys(options, True),
            )
        session = client.session
        session["cart_id"] = str(cart.pk)
        session.save()
        return cart

    return fill
