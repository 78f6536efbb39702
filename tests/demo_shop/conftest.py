"""A small shop with tax, a bundle and an offer, and somebody who buys there."""

from decimal import Decimal

import pytest

from tests import factories as make
from tests.demo_shop.shoppers import Shopper


@pytest.fixture
def shelves(shop):
    """Food is free of tax, soap is not."""
    shop.stock("Bread", price=Decimal("2.50"))
    shop.stock("Milk", price=Decimal("1.99"))
    shop.stock("Soap", price=Decimal("4.99"), tax_rate=Decimal("0.07"))
    shop.stock("Camera", price=Decimal("100.00"), tax_rate=Decimal("0.07"))
    shop.stock("Batteries", price=Decimal("4.00"), tax_rate=Decimal("0.07"))
    return shop


@pytest.fixture
def shopper(shelves, client):
    return Shopper(client, make.UserFactory(username="robin"))


@pytest.fixture
def morning(shelves):
    return shelves.bundle(10, {"Bread": 1, "Soap": 1}, name="Good morning")


@pytest.fixture
def batteries(shelves):
    """Half price for whoever buys a camera."""
    return shelves.offer(
        "Batteries",
        {"has_product": "Camera"},
        headline="Power to go",
        benefit="percent",
        saving_percent=Decimal(50),
    )
