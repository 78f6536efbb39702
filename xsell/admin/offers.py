"""Offers: a product with words, and the conditions under which it is offered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import Q, QuerySet, TextField
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.admin.benefits import benefit_in_words
from xsell.admin.condition_words import Names, all_in_words, names_for
from xsell.admin.conditions import OfferConditionInline
from xsell.admin.offer_fields import KIND_WORDS, fieldsets_of
from xsell.admin.offer_states import StateActions
from xsell.admin.products import PRODUCTS_ATTRIBUTE, ProductAdmin, title_of
from xsell.admin.schedules import STATE_WORDS, ScheduleFilter, state_of
from xsell.admin.tables import as_list
from xsell.admin.words import number
from xsell.models import Offer
from xsell.selection.answers import answers_to
from xsell.selection.terms import OFFER, source_of
from xsell.values import BenefitKind

NAMES_ATTRIBUTE = "_xsell_names"
"""Where a row of the list keeps the names in its conditions."""
AFTER_ATTRIBUTE = "_xsell_after"
"""Where a row of the list keeps after which answers it comes."""


@admin.register(Offer)
class OfferAdmin(StateActions, ProductAdmin):
    """One line for each offer, with its conditions in words."""

    list_display = [
        *("name", "state_word", "kind_word", "product_title", "benefit_word", "when"),
        *("sequence", "priority"),
    ]
    list_filter = ["kind", "state", ScheduleFilter, "placement"]
    list_select_related = ["next_if_accepted", "next_if_declined"]
    raw_id_fields = ["product", "replaced_product", "gift_product"]
    autocomplete_fields = ["next_if_accepted", "next_if_declined"]
    product_paths = ("product", "replaced_product", "gift_product", "conditions__product")
    search_fields = ["name", "headline", "text"]
    search_help_text = gettext_lazy("Words of the offer, or the name of a product in it.")
    inlines = [OfferConditionInline]
    save_as = True
    readonly_fields = ["so_far"]
    change_form_template = "admin/xsell/offer/change_form.html"
    formfield_overrides = {TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return fieldsets_of(is_new=obj is None)

    def save_model(self, request: HttpRequest, obj: Offer, form: Any, change: bool) -> None:
        """A copy is a draft: two offers that say the same are never wanted."""
        if "_saveasnew" in request.POST and obj.state != Offer.State.DRAFT:
            obj.state = Offer.State.DRAFT
            self.message_user(request, _("The copy is a draft: it does not show."), messages.INFO)
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("so far"))
    def so_far(self, row: Offer) -> SafeString:
        """Counts over all shoppers: what one of them did is on no screen."""
        answers = answers_to(source_of(OFFER, row.pk))
        figures = {
            _("visits in which it was seen"): number(answers.n_visits),
            _("visits with a yes"): number(answers.n_yes),
            _("visits with a no"): number(answers.n_no),
            _("seen, in all"): number(answers.n_times),
        }
        note = _(
            "Counts of visits, as far back as they are kept. They prove nothing about what it "
            "earns: who said yes might have bought it anyway."
        )
        return format_html('<div>{}<p class="xsell-note">{}</p></div>', as_list(figures), note)

    # -------------------------------------------------------------------------------- in the list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("conditions__segment")

    def name_products(self, rows: Iterable[Any]) -> None:
        offers = list(rows)
        others = (key for offer in offers for key in products_of(offer))
        names = names_for((it for offer in offers for it in offer.conditions.all()), others)
        after = answers_before(offers)
        for offer in offers:
            setattr(offer, PRODUCTS_ATTRIBUTE, names.products)
            setattr(offer, NAMES_ATTRIBUTE, names)
            setattr(offer, AFTER_ATTRIBUTE, after.get(offer.pk, []))

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_word(self, row: Offer) -> str:
        return str(KIND_WORDS[row.kind])

    @admin.display(description=gettext_lazy("product"))
    def product_title(self, row: Offer) -> str:
        title = title_of(row, row.product_id)
        if row.replaced_product_id is None:
            return title
        replaced = title_of(row, row.replaced_product_id)
        return _("%(product)s for %(replaced)s") % {"product": title, "replaced": replaced}

    @admin.display(description=gettext_lazy("benefit"), ordering="benefit")
    def benefit_word(self, row: Offer) -> str:
        if row.benefit == BenefitKind.GIFT:
            return _("gift: %(product)s") % {"product": title_of(row, row.gift_product_id)}
        if row.included_units:
            return _("%(count)s included") % {"count": number(row.included_units)}
        return benefit_in_words(row)

    @admin.display(description=gettext_lazy("when"))
    def when(self, row: Offer) -> str:
        names: Names = getattr(row, NAMES_ATTRIBUTE)
        return all_in_words(row.conditions.all(), names)

    @admin.display(description=gettext_lazy("sequence"))
    def sequence(self, row: Offer) -> str:
        """What it comes after, and what comes after it."""
        told: list[str] = list(getattr(row, AFTER_ATTRIBUTE))
        if row.kind == Offer.Kind.DOWNSELL and not told:
            told.append(_("comes after a no, but follows no offer"))
        if row.next_if_accepted is not None:
            told.append(_("yes: %(offer)s") % {"offer": with_state(row.next_if_accepted)})
        if row.next_if_declined is not None:
            told.append(_("no: %(offer)s") % {"offer": with_state(row.next_if_declined)})
        return "; ".join(told)

    # Not `state`: Django's lists would show the column of that name, without its dates.
    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_word(self, row: Offer) -> str:
        return state_of(row)


def products_of(row: Offer) -> list[Any]:
    """Products that the offer names itself."""
    named = (row.product_id, row.replaced_product_id, row.gift_product_id)
    return [it for it in named if it is not None]


def answers_before(offers: Iterable[Offer]) -> dict[int, list[str]]:
    """Offer -> after which answers it comes, in words; in one query."""
    keys = [offer.pk for offer in offers]
    leads = Q(next_if_accepted__in=keys) | Q(next_if_declined__in=keys)
    found: dict[int, list[str]] = {}
    for offer in Offer.objects.filter(leads):
        told = {"offer": with_state(offer)}
        if offer.next_if_accepted_id is not None:
            yes = _("after a yes to %(offer)s") % told
            found.setdefault(offer.next_if_accepted_id, []).append(yes)
        if offer.next_if_declined_id is not None:
            no = _("after a no to %(offer)s") % told
            found.setdefault(offer.next_if_declined_id, []).append(no)
    return found


def with_state(offer: Offer) -> str:
    """The offer's name, and its state unless it is live."""
    if offer.state == Offer.State.LIVE:
        return offer.name
    return _("%(offer)s (%(state)s)") % {"offer": offer.name, "state": STATE_WORDS[offer.state]}
