import pytest

from tests.services import bakery


@pytest.fixture
def products(db):
    return bakery.shelves()


@pytest.fixture
def orders(products):
    """Bread goes with butter; soap goes alone."""
    bakery.a_month_of_orders(products)
