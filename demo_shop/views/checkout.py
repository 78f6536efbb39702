from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from demo_shop.carts import cart_lines, find_cart, lock
from demo_shop.forms import CheckoutForm
from demo_shop.models import Order
from demo_shop.orders import CannotOrder, place_order
from demo_shop.totals import totals

PLACED_KEY = "order_refs"


def show(request: HttpRequest) -> HttpResponse:
    cart = find_cart(request)
    if cart is not None and request.method == "POST":
        # What is priced must be what is ordered: nobody adds to it in between.
        lock(cart)
    lines = list(cart_lines(cart))
    if cart is None or not lines:
        messages.info(request, "Your cart is empty.")
        return redirect("cart")
    if not all(line.product.is_available for line in lines):
        messages.error(request, "Please remove what is sold out before you check out.")
        return redirect("cart")
    form = CheckoutForm(request.POST or None, initial=known_contact(request))
    if request.method == "POST" and form.is_valid():
        try:
            order = place_order(
                cart=cart,
                contact=form.contact(),
                user=request.user,
                saving=totals(request, lines).saving,
            )
        except CannotOrder as reason:
            messages.error(request, str(reason))
            return redirect("cart")
        # A guest has no account that would say whose the order is.
        request.session[PLACED_KEY] = [*request.session.get(PLACED_KEY, []), order.pk][-20:]
        return redirect("thank-you", number=order.number)
    return render(
        request,
        "demo_shop/checkout.html",
        {"form": form, "lines": lines, "totals": totals(request, lines)},
    )


def known_contact(request: HttpRequest) -> dict[str, Any]:
    if not request.user.is_authenticated:
        return {}
    return {"name": request.user.get_full_name(), "email": request.user.email}


def thank_you(request: HttpRequest, number: str) -> HttpResponse:
    order = get_object_or_404(Order.objects.prefetch_related("lines"), number=number)
    if order.pk not in request.session.get(PLACED_KEY, []):
        raise Http404("not this shopper's order")
    return render(request, "demo_shop/thank_you.html", {"order": order})
