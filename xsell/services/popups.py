"""The pop-up on adding to the cart: once in a session, and decided when something is added."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from xsell.models.fields import as_json, from_json
from xsell.services.moments import moment
from xsell.values import ProductId

SESSION_KEY = "xsell_added"
IS_NEWS = timedelta(minutes=2)
"""How long after the click a page may still ask: then the shopper is on to something else."""


def note_added(request: HttpRequest, product_id: ProductId) -> None:
    """Remember what was just put into the cart, for `{% xsell_popup %}`; the first time alone.

    A shop calls it in its own view that adds; clicks of xsell's do.
    """
    session = getattr(request, "session", None)
    if session is not None and SESSION_KEY not in session:
        session[SESSION_KEY] = [as_json(product_id), timezone.now().isoformat()]


def just_added(request: HttpRequest, now: datetime) -> ProductId | None:
    """What this session has just put into the cart, if that is what its pop-up is about."""
    session = getattr(request, "session", None)
    noted = session.get(SESSION_KEY) if session is not None else None
    if not noted or moment(noted[1]) + IS_NEWS <= now:
        return None
    return from_json(noted[0])
