"""A quote as one offer of Oscar's: what xsell takes off a basket reaches Oscar's totals.

Oscar makes an instance of these classes from the columns of the row that names them; they have no
tables of their own. Prices are those of the pages, with tax where it is known, whatever
OSCAR_OFFERS_INCL_TAX says of Oscar's own offers: what a page promised is what is to pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import UnableToPlaceOrder
from oscar.core.loading import get_class, get_classes

from xsell.adapters import BaseAdapter, get_adapter
from xsell.contrib.oscar.products import shown_price
from xsell.exceptions import OfferExpired
from xsell.services.orders import record_order
from xsell.services.pricing import quote_for
from xsell.storefront.guard import guarded
from xsell.values import Cart, CartLine, Quote, ShopContext

oscar_settings: Any = settings

QUOTE_ATTRIBUTE = "_xsell_quote"
"""Where a basket keeps the quote that its totals rest on."""


def path_of(proxy: type) -> str:
    """As Oscar's rows name the class that stands for them."""
    return f"{proxy.__module__}.{proxy.__name__}"


class QuoteCondition:
    """Holds for every basket: whether anything comes off is the quote's affair."""

    def __init__(self, **columns: Any) -> None:
        self.pk = columns.get("id")

    @property
    def name(self) -> str:
        return _("Bundles and offers of xsell")

    description = name

    def is_satisfied(self, offer: Any, basket: Any) -> bool:
        return not basket.is_empty

    def is_partially_satisfied(self, offer: Any, basket: Any) -> bool:
        return False

    def get_upsell_message(self, offer: Any, basket: Any) -> None:
        return None

    def consume_items(self, offer: Any, basket: Any, affected_lines: Any) -> None:
        """Discounts consume the units that they fall on: nothing is left to do."""


class QuoteBenefit:
    """Takes off each line what the quote allocates to it."""

    def __init__(self, **columns: Any) -> None:
        self.pk = columns.get("id")

    @property
    def name(self) -> str:
        return _("What bundles and offers of xsell save")

    description = name

    def apply(self, basket: Any, condition: Any, offer: Any, **kwargs: Any) -> Any:
        """The basket's discount; none, and a line in the log, where it cannot be found out."""
        basket_discount, none = get_classes("offer.results", ["BasketDiscount", "ZERO_DISCOUNT"])
        lines = free_lines(basket)
        quote = guarded("basket", lambda: quote_of(basket, lines), None)
        setattr(basket, QUOTE_ATTRIBUTE, quote)
        if quote is None or not quote.saving:
            return none
        take_off = get_class("offer.benefits", "apply_discount")
        for part in quote.allocations:
            line = lines[part.line_ref]
            take_off(line, part.amount, part.quantity, offer, incl_tax=has_tax(line))
        for line_ref in {part.line_ref for part in quote.allocations}:
            close_to_other_kind(lines[line_ref], offer)
        return basket_discount(quote.saving)

    def apply_deferred(self, basket: Any, order: Any, application: Any) -> None:
        """Tell the ledger while the order can still be refused: Oscar's signal is after the commit.

        Raise UnableToPlaceOrder, whose words Oscar shows, where an offer's last unit is gone.
        """
        try:
            write_down(basket, order)
        except OfferExpired as error:
            raise UnableToPlaceOrder(str(error)) from error


def write_down(basket: Any, order: Any) -> None:
    """Tell the ledger what was ordered, by the quote that the basket's totals rest on; once."""
    quote = getattr(basket, QUOTE_ATTRIBUTE, None)
    if quote is not None:
        record_order(order_ref=str(order.number), quote=quote)


def free_lines(basket: Any) -> dict[str, Any]:
    """Lines that no other offer of Oscar's has discounted: those are theirs."""
    return {str(it.pk): it for it in basket.all_lines() if not it.has_discount}


def quote_of(basket: Any, lines: Mapping[str, Any]) -> Quote:
    """What comes off these lines of the basket."""
    adapter = get_adapter()
    context = context_of(adapter, basket)
    cart_lines = tuple(
        CartLine(ref, line.product_id, line.quantity, price)
        for ref, line in lines.items()
        if (price := price_of(line)) is not None
    )
    cart = Cart(str(basket.pk), basket.currency or context.currency, cart_lines)
    quote = quote_for(adapter=adapter, context=context, cart=cart, now=timezone.now())
    # What no total of Oscar's gives was not had, and is not to be used up by an order.
    applied = tuple(it for it in quote.applied if it.amount)
    return replace(quote, applied=applied, gifts=(), codes=(), has_free_shipping=False)


def price_of(line: Any) -> Decimal | None:
    """The price of one unit as the pages show it; None for what cannot be priced."""
    info = line.purchase_info
    return None if info.stockrecord is None else shown_price(info)


def has_tax(line: Any) -> bool:
    """Whether that price includes tax."""
    return bool(line.purchase_info.price.is_tax_known)


def close_to_other_kind(line: Any, offer: Any) -> None:
    """Leave no unit of the line to offers that come later, where they reckon with the other kind.

    Oscar fails where a line has discounts of both.
    """
    if has_tax(line) != oscar_settings.OSCAR_OFFERS_INCL_TAX:
        line.consume(line.quantity_without_discount, offer)


def context_of(adapter: BaseAdapter, basket: Any) -> ShopContext:
    """Whose basket it is: the request's, which the strategy knows, else the owner's."""
    request = getattr(basket.strategy, "request", None)
    if request is not None:
        return adapter.context(request)
    return adapter.context_for(str(basket.owner_id) if basket.owner_id else None)
