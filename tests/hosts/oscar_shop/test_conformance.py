"""Oscar's adapter keeps every rule of the contract."""

from decimal import Decimal

import pytest
from django.http import HttpResponse
from oscar.apps.basket.middleware import BasketMiddleware
from oscar.core.loading import get_model

from tests.hosts.oscar_shop.factories import make_product, place_order
from xsell.testing import AdapterConformance

Option = get_model("catalogue", "Option")
Order = get_model("order", "Order")
Product = get_model("catalogue", "Product")

MIDDLEWARE = BasketMiddleware(lambda request: HttpResponse())


@pytest.mark.django_db
class TestOscarShop(AdapterConformance):
    def make_product(self, *, title="Strap", price=Decimal("9.90"), stock=10):
        return make_product(title, price, stock).pk

    def make_unavailable(self, product_id):
        Product.objects.filter(pk=product_id).update(is_public=False)

    def make_variants(self):
        shirt = make_product("Shirt", price=None)
        prices = (Decimal("80.00"), Decimal("70.00"))
        large, small = (make_product("", price, parent=shirt) for price in prices)
        return large.pk, small.pk

    def make_order(self, product_ids, *, customer=None, placed_at=None, quantity=1):
        products = Product.objects.filter(pk__in=product_ids)
        order = place_order(products, user=customer, placed_at=placed_at, quantity=quantity)
        return str(order.number)

    def cancel_order(self, order_ref):
        Order.objects.get(number=order_ref).set_status("Cancelled")

    def remember_order(self, request, order_ref):
        request.session["checkout_order_id"] = Order.objects.get(number=order_ref).pk

    def request(self, customer=None):
        request = super().request(customer)
        MIDDLEWARE(request)
        return request

    def next_request(self, request):
        """Oscar keeps a guest's basket in a cookie."""
        response = MIDDLEWARE.process_response(request, HttpResponse())
        following = super().next_request(request)
        kept = {name: it.value for name, it in response.cookies.items()}
        following.COOKIES = {**request.COOKIES, **kept}
        return following

    def add_with_options(self, request, product_id):
        product = Product.objects.get(pk=product_id)
        engraving = {
            "option": Option.objects.create(code="engraving", name="Engraving"),
            "value": "Ada",
        }
        line, _created = request.basket.add_product(product, options=[engraving])
        return str(line.pk)
