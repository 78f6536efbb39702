from demo_shop.models.carts import Cart, CartLine
from demo_shop.models.catalogue import Category, Product
from demo_shop.models.customers import Household
from demo_shop.models.orders import LineSaving, Order, OrderLine, Refund

__all__ = [
    "Cart",
    "CartLine",
    "Category",
    "Household",
    "LineSaving",
    "Order",
    "OrderLine",
    "Product",
    "Refund",
]
