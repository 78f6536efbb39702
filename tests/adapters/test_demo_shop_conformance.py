"""The demo shop's adapter keeps every rule of the contract."""

from decimal import Decimal

import pytest
from django.utils import timezone

from demo_shop.carts import SESSION_KEY, add_product, open_cart
from demo_shop.models import Order, Product
from tests.factories import OrderFactory, OrderLineFactory, ProductFactory
from xsell.testing import AdapterConformance


@pytest.mark.django_db
class TestDemoShop(AdapterConformance):
    def make_product(self, *, title="Strap", price=Decimal("9.90"), stock=10):
        return ProductFactory(title=title, price=price, stock=stock).pk

    def make_unavailable(self, product_id):
        Product.objects.filter(pk=product_id).update(stock=0)

    def make_order(self, product_ids, *, customer=None, placed_at=None, quantity=1):
        order = OrderFactory(customer=customer, placed_at=placed_at or timezone.now())
        for product in Product.objects.filter(pk__in=product_ids):
            OrderLineFactory(
                order=order, product=product, quantity=quantity, unit_price=product.price
            )
        return str(order.pk)

    def cancel_order(self, order_ref):
        order = Order.objects.get(pk=order_ref)
        order.status = Order.Status.CANCELLED
        order.save()

    def remember_order(self, request, order_ref):
        request.session["order_refs"] = [int(order_ref)]

    def add_with_options(self, request, product_id):
        product = Product.objects.get(pk=product_id)
        return str(add_product(open_cart(request), product, options={"gift": "wrapped"}).pk)

    def test_it_makes_a_new_cart_when_the_one_of_the_session_has_been_cleared_away(self):
        request, product_id = self.request(), self.make_product()
        request.session[SESSION_KEY] = "4711"
        assert self.adapter().cart(request).lines == ()
        assert self.adapter().add_to_cart(request, product_id).done
        assert [line.product_id for line in self.cart_of(request).lines] == [product_id]
