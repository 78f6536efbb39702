"""What browsers really showed comes back here, and who logs in takes it along."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xsell.exceptions import TokenRefused
from xsell.services import seen
from xsell.storefront.guard import guarded
from xsell.storefront.views import status_of


# What a browser sends while its page is closed carries no header and, from a cached page, no fresh
# cookie of Django's against forgery. The tokens do that work: signed, of what this shop has shown,
# to this shopper, today. All that a forger could do is to say that somebody saw it.
@csrf_exempt
@require_POST
def seen_by_browser(request: HttpRequest) -> HttpResponse:
    """Remember what the posted tokens stand for; nobody reads the answer, which is empty."""
    tokens = request.POST.getlist("token")
    unknown = {*request.POST, *request.FILES} - {"token"}
    if unknown or not 1 <= len(tokens) <= seen.MOST_TOKENS:
        said = f"Post 1 to {seen.MOST_TOKENS} fields named token, and no other."
        return HttpResponseBadRequest(said)
    try:
        seen.record_seen(request=request, tokens=tokens)
    except TokenRefused as error:
        return HttpResponse(status=status_of(error))
    return HttpResponse(status=204)


def listen() -> None:
    """Connect the receiver."""
    user_logged_in.connect(_adopt, dispatch_uid="xsell.adopt_views")


def _adopt(request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Whatever befalls it, the customer is logged in.

    A log-in by hand, as tests make it, may have a request that nobody has given a user.
    """
    if request is not None and hasattr(request, "user"):
        guarded("what a guest viewed", lambda: seen.adopt_views(request=request), 0)
