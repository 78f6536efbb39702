"""The shop's own orders completed: keys are no numbers, and parents stand for sizes."""

import pytest

from tests.hosts.uuid_shop.factories import OrderFactory, OrderLineFactory
from tests.hosts.uuid_shop.models import Product
from xsell.services.mining import evaluate_relations

pytestmark = pytest.mark.django_db


@pytest.fixture
def gifts(shop, orders):
    """After a season of all sorts, caps with socks: what is left to suggest is shirt and scarf."""
    for _ in range(6):
        order = OrderFactory()
        for name in ("cap", "socks"):
            OrderLineFactory(order=order, product=shop[name])


@pytest.mark.parametrize(
    ("sold_out", "share"),
    [([], 0), (["scarf"], 1 / 3), (["S"], 0), (["S", "L"], 1 / 3), (["S", "L", "scarf"], 2 / 3)],
)
def test_a_shirt_is_sold_out_when_its_last_size_is(shop, gifts, sold_out, share):
    Product.objects.filter(pk__in=[shop[name].pk for name in sold_out]).update(stock=0)
    found = evaluate_relations(contestants=["popularity"])
    assert found["n_tests"] == 4
    assert found["results"][0]["sold_out_share"] == pytest.approx(share)
