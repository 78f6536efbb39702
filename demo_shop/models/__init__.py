from demo_shop.models.carts import Cart, CartLine
from demo_shop.models.catalogue import Category, Product
from demo_shop.models.customers import Household
from demo_shop.models.orders import Order, OrderLine

__all__ = ["Cart", "CartLine", "Category", "Household", "Order", "OrderLine", "Product"]
