"""What a cart comes to: the lines, less what xsell's bundles take off."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest

from demo_shop.models import CartLine
from xsell.services.pricing import price_cart
from xsell.values import AppliedRule


@dataclass(frozen=True, slots=True)
class Totals:
    goods: Decimal
    saving: Decimal
    bundles: tuple[AppliedRule, ...]

    @property
    def total(self) -> Decimal:
        return self.goods - self.saving


def totals(request: HttpRequest, lines: Iterable[CartLine]) -> Totals:
    """Derived anew from today's prices and terms, never from what the page said."""
    quote = price_cart(request)
    return Totals(
        goods=sum((line.amount for line in lines), Decimal(0)),
        saving=quote.saving,
        bundles=quote.applied,
    )
