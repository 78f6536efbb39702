"""Terms in money on the screens of bundles and offers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.adapters import get_adapter
from xsell.admin.words import number
from xsell.values import BenefitKind

TERMS: tuple[Any, ...] = ("saving_percent", ("benefit_amount", "benefit_currency"))
"""Fields of a fieldset: the figures of a benefit."""

PRECEDENCE: tuple[Any, Any] = (
    gettext_lazy("Where several could apply"),
    {"fields": ["precedence", "is_exclusive", "least_margin_percent"], "classes": ["collapse"]},
)
"""The fieldset of rules that compete for the same units."""


def benefit_in_words(row: Any) -> str:
    """What the row gains, in few words for a list."""
    match BenefitKind(row.benefit):
        case BenefitKind.PERCENT if row.saving_percent is not None:
            return _("%(percent)s%%") % {"percent": number(row.saving_percent.normalize())}
        case BenefitKind.AMOUNT:
            return _("%(amount)s off") % {"amount": _money(row)}
        case BenefitKind.FIXED_PRICE:
            return _("for %(amount)s") % {"amount": _money(row)}
        case BenefitKind.NONE:
            return ""
    return str(row.get_benefit_display())


def _money(row: Any) -> str:
    adapter = get_adapter()
    language = adapter.context_for().language
    return adapter.format_price(row.benefit_amount, row.benefit_currency, language)
