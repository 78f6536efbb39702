from decimal import Decimal

import pytest
from django.urls import reverse

from tests import factories as make
from tests.shopfloor import ShopFloor


@pytest.fixture
def shop(db):
    floor = ShopFloor()
    floor.stock("camera", price=Decimal("249.00"))
    floor.stock("strap", price=Decimal("12.50"))
    floor.stock("case", price=Decimal("19.90"))
    floor.stock("tripod", price=Decimal("54.00"))
    return floor


@pytest.fixture
def hold(client, shop):
    """Put products into the cart of the client's session."""

    def put(*names):
        cart = make.CartFactory()
        for name in names:
            make.CartLineFactory(cart=cart, product=shop[name])
        session = client.session
        session["cart_id"] = str(cart.pk)
        session.save()

    return put


@pytest.fixture
def ask(client):
    """GET a placement; `data` is the query string."""

    def get(slug, **data):
        return client.get(reverse("xsell-api:placement", args=[slug]), data)

    return get


@pytest.fixture
def ask_together(client):
    def get(product_id):
        return client.get(reverse("xsell-api:frequently-bought-together", args=[product_id]))

    return get


@pytest.fixture
def take(client):
    """POST a token to take/; `fields` go beside it."""

    def post(token, **fields):
        body = {"token": token, **fields}
        return client.post(reverse("xsell-api:take"), body, content_type="application/json")

    return post


@pytest.fixture
def see(client):
    """POST what was seen."""

    def post(*tokens):
        body = {"tokens": tokens}
        return client.post(reverse("xsell-api:seen"), body, content_type="application/json")

    return post


@pytest.fixture
def titles():
    def of(response):
        assert response.status_code == 200, response.content
        return [it["product"]["title"] for it in response.json()["suggestions"]]

    return of
