"""Amounts as shoppers read them."""

from __future__ import annotations

import contextlib
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import override, to_locale

from xsell.pricing.currencies import minor_units, rounded

try:
    from babel import UnknownLocaleError
    from babel.numbers import format_currency
except ImportError:  # the extra `babel` is not installed
    format_currency = None  # type: ignore[assignment]


def format_amount(amount: Decimal, currency: str, language: str) -> str:
    """The amount with its currency: by Babel if installed, else as "1,234.50 USD"."""
    if format_currency is not None and currency:
        # Django knows languages that Babel does not.
        with contextlib.suppress(UnknownLocaleError):
            locale = to_locale(language or "en")
            return str(format_currency(amount, currency, locale=locale))
    with override(language or None):
        number = number_format(
            rounded(amount, currency), minor_units(currency), force_grouping=True
        )
    return f"{number} {currency}".strip()
