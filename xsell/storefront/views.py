"""The view behind the buttons: a plain form in, a redirect out; scripts are not needed."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.urls import get_script_prefix
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from xsell.exceptions import NotOnOffer, Refusal, TokenRefused
from xsell.services import carts
from xsell.values import CartChange

FIELDS = {"csrfmiddlewaretoken", "token", "next", "accept", "also", "units"}

logger = logging.getLogger("xsell")


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Do what the posted token says, tell the shopper what came of it, and go back to the page.

    `also` are the tokens of add-ons that were ticked: taken after it, if it could be had. `units`:
    so many of an add-on.
    """
    unknown = {*request.POST, *request.FILES} - FIELDS
    also, units = request.POST.getlist("also"), request.POST.get("units", "")
    is_odd = unknown or len(request.POST.getlist("token")) != 1 or len(also) > carts.MOST_ALSO
    if is_odd or (units and not _is_number_of_units(units)):
        return HttpResponseBadRequest("Post one token, and no field that no button of ours has.")
    try:
        changes = carts.take(
            request=request,
            token=request.POST["token"],
            also=also,
            units=int(units) if units else None,
        )
    except TokenRefused as error:
        return _refused(request, error)
    except NotOnOffer as error:
        messages.warning(request, str(error), fail_silently=True)
    else:
        _say(request, changes)
    return HttpResponseRedirect(_target(request))


def _is_number_of_units(text: str) -> bool:
    """Whether the text spells one, in the digits of a number field."""
    is_short = len(text) <= len(str(carts.MOST_UNITS))
    return is_short and text.isascii() and text.isdigit() and 1 <= int(text) <= carts.MOST_UNITS


def status_of(error: TokenRefused) -> int:
    """The HTTP status of a refusal, which is logged in one line: the reason, and nobody's name."""
    logger.warning("xsell: a click was refused: %s", error.reason)
    return 410 if error.reason is Refusal.EXPIRED else 403


def reasons_against(changes: Iterable[CartChange]) -> list[str]:
    """Why the cart does not hold the rest, each reason once."""
    unsaid = _("This could not be put into your cart.")
    return list(dict.fromkeys(it.reason or unsaid for it in changes if not it.done))


def _refused(request: HttpRequest, error: TokenRefused) -> HttpResponse:
    said = {"message": str(error), "target": _target(request)}
    return render(request, "xsell/refused.html", said, status=status_of(error))


def _say(request: HttpRequest, changes: Iterable[CartChange]) -> None:
    """What is in the cart now, and why the rest is not."""
    changes = list(changes)
    for change in changes:
        if change.done and change.message:
            messages.success(request, change.message, fail_silently=True)
    n_added = sum(it.done and not it.message for it in changes)
    if n_added:
        added = ngettext(
            "%(count)d product is in your cart.", "%(count)d products are in your cart.", n_added
        )
        messages.success(request, added % {"count": n_added}, fail_silently=True)
    for reason in reasons_against(changes):
        messages.warning(request, reason, fail_silently=True)


def _target(request: HttpRequest) -> str:
    """The posted `next` or the page where the button was, if that is ours; else the root."""
    for target in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if url_has_allowed_host_and_scheme(
            target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return target
    return get_script_prefix()
