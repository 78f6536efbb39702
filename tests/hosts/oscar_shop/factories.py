"""Oscar's rows, and orders as Oscar's own checkout places them."""

from decimal import Decimal

from django.utils import timezone
from oscar.apps.checkout.calculators import OrderTotalCalculator
from oscar.apps.order.utils import OrderCreator
from oscar.apps.partner.strategy import Default
from oscar.apps.shipping.methods import Free
from oscar.core.loading import get_model

Basket = get_model("basket", "Basket")
Category = get_model("catalogue", "Category")
Partner = get_model("partner", "Partner")
Product = get_model("catalogue", "Product")
ProductClass = get_model("catalogue", "ProductClass")


def make_product(title="Book", price=Decimal("9.90"), stock=10, parent=None):
    """A product in a category of its own, or a child; without a price a parent."""
    product = Product.objects.create(
        title=title,
        structure="child" if parent else "standalone" if price is not None else "parent",
        parent=parent,
        product_class=None if parent else ProductClass.objects.get_or_create(name="Things")[0],
    )
    if parent is None:
        kept = Category.objects.filter(name=title).first()
        product.categories.add(kept or Category.objects.add_root({"name": title}))
    if price is not None:
        product.stockrecords.create(
            partner=Partner.objects.get_or_create(name="Wholesale")[0],
            partner_sku=f"SKU {product.pk}",
            price=price,
            num_in_stock=stock,
        )
    return product


def place_order(products, *, user=None, placed_at=None, quantity=1):
    """What Oscar's checkout does when everything is paid."""
    basket = Basket.objects.create(owner=user)
    basket.strategy = Default()
    for product in products:
        basket.add_product(product, quantity)
    order = order_from(basket, user=user, date_placed=placed_at or timezone.now())
    basket.submit()
    return order


def order_from(basket, **fields):
    """The order that Oscar's checkout makes of a basket."""
    charge = Free().calculate(basket)
    return OrderCreator().place_order(
        basket=basket,
        total=OrderTotalCalculator().calculate(basket, charge),
        shipping_method=Free(),
        shipping_charge=charge,
        **fields,
    )
