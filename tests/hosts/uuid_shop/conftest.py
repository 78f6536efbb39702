import pytest

from tests.hosts.uuid_shop.factories import (
    OrderFactory,
    OrderLineFactory,
    ParentFactory,
    ProductFactory,
)


@pytest.fixture
def shop(db):
    """Shirts in two sizes, caps and socks, scarves that nobody buys with anything."""
    shirt = ParentFactory(title="Shirt")
    return {
        "shirt": shirt,
        "S": ProductFactory(parent=shirt, title="S", price="70.00"),
        "L": ProductFactory(parent=shirt, title="L", price="80.00"),
        "cap": ProductFactory(title="Cap"),
        "socks": ProductFactory(title="Socks", price="15.00"),
        "scarf": ProductFactory(title="Scarf <b>", price="35.00"),
        "silk": ProductFactory(title="Silk scarf", price="120.00"),
    }


@pytest.fixture
def orders(shop):
    """Shirts of either size go with caps and socks; scarves are bought alone."""
    baskets = [("S", "cap", "socks"), ("L", "cap", "socks"), ("S", "cap"), ("L", "socks")] * 3
    for names in [*baskets, *[("scarf",)] * 24]:
        order = OrderFactory()
        for name in names:
            OrderLineFactory(order=order, product=shop[name])
