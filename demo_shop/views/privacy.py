"""Whether the shop may remember what somebody looks at: nobody is asked twice, none is nagged."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from demo_shop.views.cart import came_from
from xsell.services.seen import forget_views


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    agreed = request.POST.get("remember") == "yes"
    request.session["is_remembered"] = agreed
    if agreed:
        messages.info(request, "We remember what you look at, and suggest what goes with it.")
    else:
        forget_views(request=request)
        messages.info(request, "We have forgotten what you looked at.")
    return redirect(came_from(request, "/"))
