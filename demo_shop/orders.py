"""Placing an order: stock, totals and the shopper's snapshot of what was bought."""

import secrets
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.models import User as ShopUser
from django.db import transaction
from django.utils import timezone

from demo_shop.models import Cart, CartLine, Order, OrderLine, Product


class CannotOrder(Exception):
    """The cart cannot become an order; the message says why, in words for the shopper."""


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    email: str
    address: str


@transaction.atomic
def place_order(
    *, cart: Cart, contact: Contact, user: ShopUser | AnonymousUser, saving: Decimal = Decimal(0)
) -> Order:
    """Turn the cart into an order and empty it. Raise CannotOrder, with nothing changed.

    `saving` is what bundles take off the lines' sum.
    """
    # The lock makes a second click on the button find an empty cart.
    cart = Cart.objects.select_for_update().get(pk=cart.pk)
    lines = list(cart.lines.order_by("pk"))
    if not lines:
        raise CannotOrder("Your cart is empty.")
    products = take_from_stock(lines)
    goods = sum((price(products, line) * line.quantity for line in lines), Decimal(0))
    order = Order.objects.create(
        number=new_number(),
        customer=user if user.is_authenticated else None,
        placed_at=timezone.now(),
        total=goods - saving,
        saving=saving,
        name=contact.name,
        email=contact.email,
        address=contact.address,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            product=products[line.product_id],
            title=products[line.product_id].title,
            quantity=line.quantity,
            unit_price=price(products, line),
            amount=price(products, line) * line.quantity,
        )
        for line in lines
    )
    cart.lines.all().delete()
    return order


def take_from_stock(lines: list[CartLine]) -> dict[int, Product]:
    """Lower the stock by what the lines hold. Raise CannotOrder when there is too little."""
    wanted: dict[int, int] = {}
    for line in lines:
        wanted[line.product_id] = wanted.get(line.product_id, 0) + line.quantity
    # One order of locking for everybody: two orders of the same goods cannot wait for each other.
    products = {
        product.pk: product
        for product in Product.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    }
    for product_id, quantity in wanted.items():
        product = products[product_id]
        if not product.is_available:
            raise CannotOrder(f"{product.title} has just sold out. Please remove it.")
        if product.stock < quantity:
            raise CannotOrder(f"Only {product.stock} of {product.title} are left.")
        product.stock -= quantity
    Product.objects.bulk_update(products.values(), ["stock"])
    return products


def price(products: dict[int, Product], line: CartLine) -> Decimal:
    found = products[line.product_id].price
    return found if found is not None else Decimal(0)


def new_number() -> str:
    """A number that can be read out on the telephone and does not tell how much is sold."""
    return f"{timezone.localdate():%y%m%d}-{secrets.token_hex(3).upper()}"
