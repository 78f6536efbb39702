"""A visit: what a shopper does between opening the shop and leaving it, logged in or not.

Its name is random and kept in the session's data, which outlive a log-in, while the session's own
key changes there. Nothing is kept before the shopper answers an offer, or a browser says what was
looked at.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from django.http import HttpRequest

from xsell.adapters.base import BaseAdapter
from xsell.values import ShopContext

SESSION_KEY = "xsell_visit"
PERSONAL = "personal"
"""Purpose of consent: without it nothing that a shopper looked at is remembered."""


def context_of(adapter: BaseAdapter, request: HttpRequest) -> ShopContext:
    """Who is shopping, as the adapter says, with the visit that the session knows; reads only."""
    session = getattr(request, "session", None)
    visit = session.get(SESSION_KEY, "") if session is not None else ""
    return replace(adapter.context(request), visit=visit)


def open_visit(request: HttpRequest) -> str:
    """The name of this visit, begun if there is none: for requests that may write.

    Empty in a shop without sessions.
    """
    session = getattr(request, "session", None)
    if session is None:
        return ""
    if not session.get(SESSION_KEY):
        session[SESSION_KEY] = secrets.token_urlsafe(16)
    return str(session[SESSION_KEY])
