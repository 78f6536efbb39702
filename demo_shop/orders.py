"""Placing an order: stock, prices and the shopper's snapshot of what was bought."""

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from demo_shop.carts import find_cart, lock
from demo_shop.models import Cart, CartLine, LineSaving, Order, OrderLine, Product
from demo_shop.shipping import shipping_of
from demo_shop.templatetags.demo_shop import money
from demo_shop.totals import NOTHING, line_savings, total_of
from xsell.services.orders import record_order
from xsell.services.pricing import price_cart
from xsell.values import Quote, QuotedLine


class CannotOrder(Exception):
    """The cart cannot become an order; the message says why, in words for the shopper."""


class TotalChanged(CannotOrder):
    """The order would cost something else than the page said: the shopper must agree first."""


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    email: str
    address: str


@transaction.atomic
def place_order(*, request: HttpRequest, contact: Contact, shown_total: str = "") -> Order:
    """Turn the shopper's cart into an order and empty it.

    Raise CannotOrder, or xsell's OfferExpired, with nothing changed. `shown_total` is what the
    shopper agreed to: it is compared, never charged.
    """
    cart, lines = locked_cart(request)
    products = locked_products(request, lines)
    # From here on neither cart nor prices can change: what is priced is what is ordered.
    quote = price_cart(request)
    shipping = shipping_of(quote.total, is_free=quote.has_free_shipping)
    total = total_of(quote.lines) + shipping
    is_known = all(gift.product_id in products for gift in quote.gifts)
    if not is_known or (shown_total and shown_total != str(total)):
        raise TotalChanged(
            f"Something has changed since you opened this page: the total is {money(total)} now. "
            "Please look it over and place the order again."
        )
    order = Order.objects.create(
        number=new_number(),
        customer=request.user if request.user.is_authenticated else None,
        placed_at=timezone.now(),
        total=total,
        shipping=shipping,
        saving=quote.saving,
        tax=sum((line.tax or NOTHING for line in quote.lines), NOTHING),
        name=contact.name,
        email=contact.email,
        address=contact.address,
    )
    write_lines(order, quote, products)
    record_order(order_ref=str(order.pk), quote=quote)
    cart.lines.all().delete()
    return order


def locked_cart(request: HttpRequest) -> tuple[Cart, list[CartLine]]:
    """The cart, locked: a second click on the button finds it empty. Raise CannotOrder."""
    cart = find_cart(request)
    lines = [] if cart is None else list(lock(cart).lines.order_by("pk"))
    if cart is None or not lines:
        raise CannotOrder("Your cart is empty.")
    return cart, lines


def locked_products(request: HttpRequest, lines: list[CartLine]) -> dict[int, Product]:
    """The products of the lines and all gifts, locked. Raise CannotOrder if too few are left."""
    wanted: dict[int, int] = {}
    for line in lines:
        wanted[line.product_id] = wanted.get(line.product_id, 0) + line.quantity
    gifts = {gift.product_id for gift in price_cart(request).gifts}
    # One order of locking for everybody: two orders of the same goods cannot wait for each other.
    keys = Product.objects.filter(pk__in={*wanted, *gifts}).order_by("pk")
    products = {product.pk: product for product in keys.select_for_update()}
    for product_id, quantity in wanted.items():
        product = products[product_id]
        if not product.is_available:
            raise CannotOrder(f"{product.title} has just sold out. Please remove it.")
        if product.stock < quantity:
            raise CannotOrder(f"Only {product.stock} of {product.title} are left.")
    return products


def write_lines(order: Order, quote: Quote, products: dict[int, Product]) -> None:
    """Write the lines with what was saved on each, and take them from the stock."""
    lines = {line.line_ref: bought(order, line, products[line.product_id]) for line in quote.lines}
    gifts = [given(order, products[gift.product_id], gift.quantity) for gift in quote.gifts]
    OrderLine.objects.bulk_create([*lines.values(), *gifts])
    LineSaving.objects.bulk_create(
        LineSaving(line=line, name=saving.name, amount=saving.amount)
        for line_ref, line in lines.items()
        for saving in line_savings(quote, line_ref)
    )
    for line in (*lines.values(), *gifts):
        products[line.product_id].stock -= line.quantity
    Product.objects.bulk_update(products.values(), ["stock"])


def bought(order: Order, line: QuotedLine, product: Product) -> OrderLine:
    return OrderLine(
        order=order,
        product=product,
        title=product.title,
        quantity=line.quantity,
        unit_price=product.price,
        amount=line.amount,
        saving=line.saving,
        tax_rate=line.tax_rate,
        tax=line.tax or NOTHING,
    )


def given(order: Order, product: Product, quantity: int) -> OrderLine:
    return OrderLine(
        order=order,
        product=product,
        title=product.title,
        quantity=quantity,
        unit_price=NOTHING,
        amount=NOTHING,
        is_gift=True,
    )


def new_number() -> str:
    """A number that can be read out on the telephone and does not tell how much is sold."""
    return f"{timezone.localdate():%y%m%d}-{secrets.token_hex(3).upper()}"
