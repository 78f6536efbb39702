"""What an offer comes to for a shopper, as its words and figures say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from xsell.pricing.sets import TAKES_OFF, price_of_set
from xsell.selection.conditions import ask_who_is_shopping
from xsell.selection.offers import REPLACING, StoredOffer
from xsell.selection.terms import NOTHING_OFF
from xsell.values import BenefitKind, OfferCopy, PriceContext, ProductDetails, ProductId, Why


def copy_of(
    offer: StoredOffer, details: Mapping[ProductId, ProductDetails], currency: str
) -> OfferCopy | str:
    """The offer's words with its terms in figures, or the reason why it must not show.

    An offer whose product has no price shows nothing in figures: others refuse it.
    """
    copy, benefit = offer.copy(), offer.rule.benefit
    product = details.get(offer.product_id)
    if product is None or product.price is None:
        return copy
    gain = _gain(offer, product, details, currency)
    if isinstance(gain, str):
        return gain
    terms: dict[str, Any] = {
        "kind": offer.kind,
        "ends_at": offer.rule.ends_at if offer.columns["shows_end"] else None,
        "included_units": offer.columns["included_units"],
        "is_always_there": bool(offer.columns["fewest_units"]),
        "is_personal": benefit.kind is not BenefitKind.NONE and ask_who_is_shopping(offer.groups),
        **gain,
    }
    if offer.kind in REPLACING and offer.replaced_id is not None:
        replaced = details.get(offer.replaced_id)
        if replaced is None or replaced.price is None:
            return "what it replaces has no price"
        terms["replaced"] = replaced
        terms["difference"] = terms.get("price", product.price) - replaced.price
    return replace(copy, **terms)


def _gain(
    offer: StoredOffer,
    product: ProductDetails,
    details: Mapping[ProductId, ProductDetails],
    currency: str,
) -> dict[str, Any] | str:
    """What its benefit comes to in figures, or why it comes to nothing."""
    benefit = offer.rule.benefit
    if benefit.kind in TAKES_OFF and not offer.columns["included_units"]:
        price = price_of_set(offer.rule, {product.product_id: 1}, PriceContext(details), currency)
        if price.saving <= 0:
            return NOTHING_OFF[price.why or Why.NO_SAVING]
        return reduced(price.list_price - price.saving, product.lowest_price_30_days)
    if benefit.kind is BenefitKind.GIFT:
        gift = details.get(benefit.gift_id)
        if gift is None or not gift.is_available:
            return "its gift cannot be had now"
        return {"gift": gift}
    if benefit.kind is BenefitKind.CODE:
        return {"code": benefit.code}
    return {"has_free_shipping": benefit.kind is BenefitKind.FREE_SHIPPING}


def reduced(price: Decimal, lowest: Decimal | None) -> dict[str, Any]:
    """How a reduced price may be announced (directive 98/6/EC, article 6a).

    A struck price is the lowest of the last 30 days, and percentages are off that one; where the
    shop does not know it, or has sold for as little, the price stands alone.

    >>> reduced(Decimal("7.50"), Decimal("9.00"))["saving_percent"]
    16
    """
    if lowest is None or lowest <= price:
        return {"price": price}
    percent = ((lowest - price) * 100 / lowest).to_integral_value(rounding=ROUND_FLOOR)
    return {"price": price, "struck": lowest, "saving_percent": int(percent) or None}
