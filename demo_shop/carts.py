"""The shop's cart: found by the session, kept by the account."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.http import HttpRequest

from demo_shop.models import Cart, CartLine, Product
from xsell.services.orders import merge_carts
from xsell.values import Withheld

SESSION_KEY = "cart_id"


class CannotAdd(Exception):
    """The shop cannot put that into the cart; the message says why, in words for the shopper."""


def find_cart(request: HttpRequest) -> Cart | None:
    cart_id = request.session.get(SESSION_KEY)
    return Cart.objects.filter(pk=cart_id).first() if cart_id else None


def open_cart(request: HttpRequest) -> Cart:
    """The shopper's cart, made if there is none."""
    cart = find_cart(request)
    if cart is None:
        if request.user.is_authenticated:
            cart, _ = Cart.objects.get_or_create(customer=request.user)
        else:
            cart = Cart.objects.create()
        request.session[SESSION_KEY] = str(cart.pk)
    return cart


def cart_lines(cart: Cart | None) -> QuerySet[CartLine]:
    """The lines with their products, those that cannot be bought any more included."""
    if cart is None:
        return CartLine.objects.none()
    return cart.lines.select_related("product__category")


def n_units(request: HttpRequest) -> int:
    """How many things are in the cart, for the badge in the header; one query at most."""
    cart_id = request.session.get(SESSION_KEY)
    if not cart_id:
        return 0
    return CartLine.objects.filter(cart=cart_id).aggregate(units=Sum("quantity"))["units"] or 0


@transaction.atomic
def add_product(
    cart: Cart, product: Product, *, quantity: int = 1, options: dict[str, Any] | None = None
) -> CartLine:
    """Add so many units to the line with the same options, or make one. Raise CannotAdd."""
    lines = lock(cart).lines.filter(product=product)
    line = next((line for line in lines if line.options == (options or {})), None)
    held = sum(line.quantity for line in lines)
    refuse_unavailable(product, held + quantity)
    if line is None:
        return cart.lines.create(product=product, quantity=quantity, options=options or {})
    line.quantity += quantity
    line.save(update_fields=["quantity"])
    return line


@transaction.atomic
def set_quantity(line: CartLine, quantity: int) -> None:
    """Change the line to so many units; none removes it. Raise CannotAdd."""
    lock(line.cart)
    if quantity <= 0:
        line.delete()
        return
    others = line.cart.lines.filter(product=line.product).exclude(pk=line.pk)
    refuse_unavailable(line.product, quantity + sum(other.quantity for other in others))
    line.quantity = quantity
    line.save(update_fields=["quantity"])


@transaction.atomic
def adopt_cart(request: HttpRequest, customer: AbstractBaseUser) -> tuple[Withheld, ...]:
    """At login: what was put together as a guest joins what the account kept.

    Returned is what was taken as a guest and cannot be had by this customer.
    """
    guest = find_cart(request)
    guest_ref = "" if guest is None else str(guest.pk)
    kept = Cart.objects.filter(customer=customer).first()
    is_guests = guest is not None and guest.customer_id is None
    if kept is not None:
        if is_guests:
            merge(guest, into=kept)
        request.session[SESSION_KEY] = str(kept.pk)
    elif is_guests:
        guest.customer = customer
        guest.save(update_fields=["customer"])
    # The goods have moved; what was taken with them, and on which terms, is in xsell's ledger.
    return merge_carts(request=request, from_ref=guest_ref) if is_guests else ()


def merge(guest: Cart, *, into: Cart) -> None:
    """Move the lines over, no line beyond what is in stock, and drop the emptied cart."""
    kept = {(line.product_id, str(line.options)): line for line in into.lines.all()}
    for line in guest.lines.select_related("product"):
        twin = kept.get((line.product_id, str(line.options)))
        if twin is None:
            line.cart = into
            line.save(update_fields=["cart"])
        else:
            most = max(line.product.stock, twin.quantity)
            twin.quantity = min(twin.quantity + line.quantity, most)
            twin.save(update_fields=["quantity"])
    guest.delete()


def lock(cart: Cart) -> Cart:
    """Two clicks at once must not make two lines of one product."""
    return Cart.objects.select_for_update().get(pk=cart.pk)


def refuse_unavailable(product: Product, quantity: int) -> None:
    if not product.is_available:
        raise CannotAdd(f"{product.title} is sold out at the moment.")
    if quantity > product.stock:
        raise CannotAdd(f"Only {product.stock} of {product.title} are left.")
