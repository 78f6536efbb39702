from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse

from demo_shop.pictures import draw

A_WEEK = 7 * 24 * 3600


@transaction.non_atomic_requests
def picture(request: HttpRequest, name: str, palette: int) -> HttpResponse:
    drawing = draw(name, palette)
    if drawing is None:
        raise Http404(f"no drawing is called {name}")
    return HttpResponse(
        drawing,
        content_type="image/svg+xml",
        headers={"Cache-Control": f"public, max-age={A_WEEK}"},
    )
