"""Amounts as shoppers read them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import to_locale

from xsell.pricing.currencies import minor_units, rounded

try:
    from babel.numbers import format_currency
except ImportError:  # the extra `babel` is not installed
    format_currency = None  # type: ignore[assignment]


def format_amount(amount: Decimal, currency: str, language: str) -> str:
    """The amount with its currency: by Babel if installed, else as "1,234.50 USD"."""
    if format_currency is not None and currency:
        return str(format_currency(amount, currency, locale=to_locale(language or "en")))
    shown = number_format(rounded(amount, currency), minor_units(currency), use_l10n=True)
    return f"{shown} {currency}".strip()
