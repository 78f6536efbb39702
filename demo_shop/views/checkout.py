from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from demo_shop.carts import cart_lines, find_cart
from demo_shop.forms import CheckoutForm
from demo_shop.models import Order
from demo_shop.orders import CannotOrder, TotalChanged, place_order
from demo_shop.totals import order_totals, totals
from xsell.exceptions import OfferExpired

PLACED_KEY = "order_refs"


def show(request: HttpRequest) -> HttpResponse:
    lines = list(cart_lines(find_cart(request)))
    if not lines:
        messages.info(request, "Your cart is empty.")
        return redirect("cart")
    if not all(line.product.is_available for line in lines):
        messages.error(request, "Please remove what is sold out before you check out.")
        return redirect("cart")
    form = CheckoutForm(request.POST or None, initial=known_contact(request))
    changed = ""
    if request.method == "POST" and form.is_valid():
        try:
            return placed(request, form)
        except TotalChanged as reason:
            changed = str(reason)
            lines = list(cart_lines(find_cart(request)))
        except (CannotOrder, OfferExpired) as reason:
            messages.error(request, str(reason))
            return redirect("cart")
    return render(
        request,
        "demo_shop/checkout.html",
        {"form": form, "totals": totals(request, lines), "changed": changed},
    )


def placed(request: HttpRequest, form: CheckoutForm) -> HttpResponse:
    """Place the order and thank for it. Raise what place_order raises."""
    order = place_order(
        request=request, contact=form.contact(), shown_total=form.cleaned_data["shown_total"]
    )
    # A guest has no account that would say whose the order is.
    request.session[PLACED_KEY] = [*request.session.get(PLACED_KEY, []), order.pk][-20:]
    return redirect("thank-you", number=order.number)


def known_contact(request: HttpRequest) -> dict[str, Any]:
    if not request.user.is_authenticated:
        return {}
    return {"name": request.user.get_full_name(), "email": request.user.email}


def thank_you(request: HttpRequest, number: str) -> HttpResponse:
    order = get_object_or_404(Order, number=number)
    if order.pk not in request.session.get(PLACED_KEY, []):
        raise Http404("not this shopper's order")
    return render(
        request, "demo_shop/thank_you.html", {"order": order, "totals": order_totals(order)}
    )
