"""Why a shopper gets less than was promised, in words for the shopper."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from xsell.values import Why, Withheld

WORDS: dict[Why, Any] = {
    Why.UNAVAILABLE: gettext_lazy(
        "“%(name)s” does not hold any more: something of it is sold out, or not enough is left."
    ),
    Why.CONDITION: gettext_lazy(
        "“%(name)s” does not hold any more: your cart has changed since you took it."
    ),
    Why.ENDED: gettext_lazy("“%(name)s” is over."),
    Why.EXPIRED: gettext_lazy(
        "“%(name)s” was kept for you for a while, and that time is over. You can take it again if "
        "it is still on offer."
    ),
    Why.LIMIT: gettext_lazy("You have had “%(name)s” as often as one shopper can."),
    Why.TERMS_CHANGED: gettext_lazy(
        "“%(name)s” has changed since you took it. Your cart has the terms of today."
    ),
    Why.PROTECTED_TRAIT: gettext_lazy("“%(name)s” is not on offer any more."),
}
"""What a shopper is told."""

WORDS_IF_TAKEN: dict[Why, Any] = {
    Why.NOT_WHOLE: gettext_lazy(
        "“%(name)s” is not whole any more, and saves nothing until it is again."
    ),
    Why.OTHER_CURRENCY: gettext_lazy("“%(name)s” does not hold in this currency."),
    Why.MARGIN: gettext_lazy("“%(name)s” does not hold at the moment."),
    Why.NOT_NOW: gettext_lazy("“%(name)s” does not hold at the moment."),
}
"""What only a shopper is told who has clicked on it: to others it is no news."""


def words_for(withheld: Withheld) -> str:
    """What to tell the shopper, in the active language; empty where there is nothing to tell."""
    words = WORDS.get(withheld.why)
    if words is None and withheld.acceptance_id is not None:
        words = WORDS_IF_TAKEN.get(withheld.why)
    return "" if words is None else str(words) % {"name": withheld.name}
