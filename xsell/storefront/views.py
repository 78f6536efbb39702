"""The views behind the buttons: plain forms in, a redirect out; scripts are not needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import get_script_prefix
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from xsell.exceptions import NotOnOffer
from xsell.models.fields import product_id_from
from xsell.services import carts
from xsell.values import CartChange

MOST_AT_ONCE = 25


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put every posted `product` into the cart, one of each."""
    texts = request.POST.getlist("product")
    if not 1 <= len(texts) <= MOST_AT_ONCE:
        return HttpResponseBadRequest(f"Post 1 to {MOST_AT_ONCE} products.")
    try:
        product_ids = [product_id_from(text) for text in texts]
    except ValidationError:
        return HttpResponseBadRequest("This is no product id.")
    return _done(request, lambda: carts.add_products(request=request, product_ids=product_ids))


@require_POST
def upgrade(request: HttpRequest) -> HttpResponse:
    """Put the posted `better` product in the place of the `current` one."""
    try:
        current = product_id_from(request.POST.get("current", ""))
        better = product_id_from(request.POST.get("better", ""))
    except ValidationError:
        return HttpResponseBadRequest("This is no product id.")
    return _done(request, lambda: [carts.upgrade(request=request, current=current, better=better)])


@require_POST
def add_bundle(request: HttpRequest, bundle_id: int) -> HttpResponse:
    """Put one set of the bundle into the cart, whole or not at all."""
    return _done(request, lambda: carts.add_bundle(request=request, bundle_id=bundle_id))


@require_POST
def accept_bump(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Put the ticked bump's product into the cart."""
    return _done(request, lambda: [carts.accept_bump(request=request, offer_id=offer_id)])


def _done(request: HttpRequest, change: Callable[[], Iterable[CartChange]]) -> HttpResponse:
    """Make the change, tell the shopper what came of it, and go back to the page."""
    try:
        changes = list(change())
    except NotOnOffer as error:
        messages.warning(request, str(error), fail_silently=True)
        return _back(request)
    n_added = sum(it.done for it in changes)
    if n_added:
        added = ngettext(
            "%(count)d product is in your cart.", "%(count)d products are in your cart.", n_added
        )
        messages.success(request, added % {"count": n_added}, fail_silently=True)
    for reason in dict.fromkeys(it.reason for it in changes if not it.done):
        text = reason or _("This could not be put into your cart.")
        messages.warning(request, text, fail_silently=True)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the posted `next` or the page where the button was, if that is ours; else to the root."""
    for target in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if url_has_allowed_host_and_scheme(
            target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return HttpResponseRedirect(target)
    return HttpResponseRedirect(get_script_prefix())
