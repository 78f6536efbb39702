"""This shop's adapter keeps every rule of the contract."""

from decimal import Decimal

import pytest
from django.utils import timezone

from tests.hosts.uuid_shop.factories import (
    OrderFactory,
    OrderLineFactory,
    ParentFactory,
    ProductFactory,
)
from tests.hosts.uuid_shop.models import Cart, Order, Product
from xsell.testing import AdapterConformance


@pytest.mark.django_db
class TestUuidShop(AdapterConformance):
    def make_product(self, *, title="Strap", price=Decimal("9.90"), stock=10):
        return ProductFactory(title=title, price=price, stock=stock).pk

    def make_unavailable(self, product_id):
        Product.objects.filter(pk=product_id).update(is_listed=False)

    def make_variants(self):
        shirt = ParentFactory()
        small = ProductFactory(parent=shirt, title="S", price=Decimal("70.00"))
        large = ProductFactory(parent=shirt, title="L", price=Decimal("80.00"))
        return small.pk, large.pk

    def make_order(self, product_ids, *, customer=None, placed_at=None, quantity=1):
        order = OrderFactory(shopper=customer, placed_at=placed_at or timezone.now())
        for product in Product.objects.filter(pk__in=product_ids):
            OrderLineFactory(order=order, product=product, quantity=quantity)
        return str(order.pk)

    def cancel_order(self, order_ref):
        order = Order.objects.get(pk=order_ref)
        order.is_cancelled = True
        order.save()

    def remember_order(self, request, order_ref):
        request.session["order_refs"] = [order_ref]

    def add_with_options(self, request, product_id):
        if "cart_id" not in request.session:
            request.session["cart_id"] = str(Cart.objects.create().pk)
        cart = Cart.objects.get(pk=request.session["cart_id"])
        return str(cart.lines.create(product_id=product_id, options={"print": "Leila"}).pk)

    def test_its_shoppers_have_no_username_and_its_times_no_zone(self):
        customer = self.make_customer()
        assert not hasattr(customer, "username")
        assert timezone.is_naive(timezone.now())
