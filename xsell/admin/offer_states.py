"""Making offers live, pausing them and taking them back, many at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xsell.admin.schedules import STATE_WORDS
from xsell.admin.words import number
from xsell.models import Offer

CHECKED = frozenset({Offer.State.LIVE, Offer.State.SHADOW})
"""States in which an offer decides something: nothing that is wrong gets there."""
REFUSALS_NAMED = 10
"""How many refused offers are named one by one."""


class StateActions(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list of offers whose chosen rows change their state."""

    actions = ["make_live", "put_in_shadow", "pause", "make_draft"]

    @admin.action(permissions=["change"], description=gettext_lazy("Make live"))
    def make_live(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._turn(request, queryset, Offer.State.LIVE)

    @admin.action(permissions=["change"], description=gettext_lazy("Put in shadow"))
    def put_in_shadow(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._turn(request, queryset, Offer.State.SHADOW)

    @admin.action(permissions=["change"], description=gettext_lazy("Pause"))
    def pause(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._turn(request, queryset, Offer.State.PAUSED)

    @admin.action(permissions=["change"], description=gettext_lazy("Back to draft"))
    def make_draft(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._turn(request, queryset, Offer.State.DRAFT)

    def _turn(self, request: HttpRequest, queryset: QuerySet[Any], state: Offer.State) -> None:
        """Give the offers that may have it the state, write it down, and say what was done."""
        offers = list(queryset)
        others = [offer for offer in offers if offer.state != state]
        refused: list[str] = []
        turned: list[Offer] = []
        for offer in others:
            # To pause and to take back is never refused, least of all to what is wrong.
            complaints = complaints_of(offer) if state in CHECKED else []
            if complaints:
                refused.append(f"{offer}: {' '.join(complaints)}")
            else:
                turned.append(offer)
        with transaction.atomic():
            Offer.objects.filter(pk__in=[offer.pk for offer in turned]).update(state=state)
            for offer in turned:
                before, after = STATE_WORDS[offer.state], STATE_WORDS[state]
                said = _("State: from %(before)s to %(after)s.")
                self.log_change(request, offer, said % {"before": before, "after": after})
        self._say(request, state, len(turned), len(offers) - len(others), refused)

    def _say(
        self, request: HttpRequest, state: str, n_turned: int, n_before: int, refused: list[str]
    ) -> None:
        word = STATE_WORDS[state]
        if n_turned:
            done = ngettext(
                "%(count)s offer was changed to: %(state)s.",
                "%(count)s offers were changed to: %(state)s.",
                n_turned,
            )
            said = done % {"count": number(n_turned), "state": word}
            self.message_user(request, said, messages.SUCCESS)
        if n_before:
            kept = ngettext(
                "%(count)s offer was in this state already: %(state)s.",
                "%(count)s offers were in this state already: %(state)s.",
                n_before,
            )
            self.message_user(request, kept % {"count": number(n_before), "state": word})
        if refused:
            self._say_refused(request, refused)

    def _say_refused(self, request: HttpRequest, refused: list[str]) -> None:
        for told in refused[:REFUSALS_NAMED]:
            said = _("Left as it was, because something is wrong with it: %(told)s")
            self.message_user(request, said % {"told": told}, messages.ERROR)
        if n_more := len(refused[REFUSALS_NAMED:]):
            more = ngettext(
                "%(count)s more offer was left as it was.",
                "%(count)s more offers were left as they were.",
                n_more,
            )
            self.message_user(request, more % {"count": number(n_more)}, messages.ERROR)


def complaints_of(offer: Offer) -> list[str]:
    """What is wrong with the offer or one of its conditions, each with the name of its field."""
    return [
        *_complaints(offer),
        *(said for condition in offer.conditions.all() for said in _complaints(condition)),
    ]


def _complaints(row: Model) -> Iterable[str]:
    try:
        row.full_clean()
    except ValidationError as error:
        for name, reasons in error.message_dict.items():
            for reason in reasons:
                yield reason if name == NON_FIELD_ERRORS else f"{_label(row, name)}: {reason}"


def _label(row: Model, name: str) -> str:
    return str(capfirst(str(getattr(row._meta.get_field(name), "verbose_name", name))))
