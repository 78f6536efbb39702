from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from demo_shop.carts import CannotAdd, add_product, cart_lines, find_cart, open_cart, set_quantity
from demo_shop.forms import AddForm, QuantityForm
from demo_shop.models import CartLine, Product
from demo_shop.totals import totals
from xsell.services.popups import note_added
from xsell.services.settling import settle_cart


def show(request: HttpRequest) -> HttpResponse:
    lines = list(cart_lines(find_cart(request)))
    return render(request, "demo_shop/cart.html", {"totals": totals(request, lines)})


@require_POST
def add(request: HttpRequest, sku: int) -> HttpResponse:
    product = get_object_or_404(Product.objects.on_sale(), sku=sku)
    form = AddForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Please choose between 1 and 99.")
        return redirect(came_from(request, product.get_absolute_url()))
    quantity = form.cleaned_data["quantity"] or 1
    try:
        # An empty cart is not worth keeping, but the next click will fill it.
        add_product(open_cart(request), product, quantity=quantity)
    except CannotAdd as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"Added to your cart: {product.title}.")
        note_added(request, product.pk)
        settle(request)
    return redirect(came_from(request, product.get_absolute_url()))


@require_POST
def change(request: HttpRequest, line_id: int) -> HttpResponse:
    line = get_object_or_404(
        CartLine.objects.select_related("cart", "product"), pk=line_id, cart=find_cart(request)
    )
    form = QuantityForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Please choose between 0 and 99.")
        return redirect("cart")
    try:
        set_quantity(line, form.cleaned_data["quantity"])
    except CannotAdd as reason:
        messages.error(request, str(reason))
    else:
        settle(request)
    return redirect("cart")


def settle(request: HttpRequest) -> None:
    """What belongs to something comes and goes with it, and the shopper is told."""
    for each in settle_cart(request):
        messages.info(request, each.message)


def came_from(request: HttpRequest, otherwise: str) -> str:
    """The page that the form names as the next one, if it is ours."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return otherwise or reverse("home")
