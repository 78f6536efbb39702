"""The terms of an offer or a bundle, as the ledger keeps them and as pricing needs them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from xsell.models import Bundle, Offer
from xsell.models.fields import as_json
from xsell.values import Benefit, BenefitKind, PriceRule, RulePart, Why

KINDS = {kind.value: kind for kind in BenefitKind}
BUNDLE, OFFER = "bundle", "offer"

BENEFIT = ("benefit", "saving_percent", "benefit_amount", "benefit_currency")
RULE = ("precedence", "is_exclusive", "least_margin_percent", "starts_at", "ends_at")

BUNDLE_TERMS = ("name", "fewest_items", "limit_per_order", *BENEFIT, *RULE)
"""Columns that pricing needs of a bundle."""

OFFER_BENEFIT = (*BENEFIT, "gift_product_id", "code")
"""Columns that say what an offer gains."""

OFFER_TERMS = ("headline", "product_id", *OFFER_BENEFIT, *RULE)
"""Columns that pricing needs of an offer."""

NOTHING_OFF = {
    Why.OTHER_CURRENCY: "its amount is in another currency",
    Why.MARGIN: "the least margin leaves nothing to take off",
    Why.NO_SAVING: "it saves nothing at today's prices",
}
"""Why a bundle or an offer that would take nothing off does not show."""


def source_of(kind: str, key: int) -> str:
    """The name by which rules, quotes and the ledger know a bundle or an offer.

    >>> source_of(BUNDLE, 7), key_of("bundle:7"), names(OFFER, "bundle:7")
    ('bundle:7', 7, False)
    """
    return f"{kind}:{key}"


def names(kind: str, source: str) -> bool:
    """Whether the source names a row of this kind."""
    return source.startswith(f"{kind}:")


def key_of(source: str) -> int:
    """The key of the row that the source names."""
    return int(source.partition(":")[2])


def bundle_rule(bundle_id: int, terms: Mapping[str, Any], parts: tuple[RulePart, ...]) -> PriceRule:
    """The rule of a bundle with these BUNDLE_TERMS."""
    return PriceRule(
        source=source_of(BUNDLE, bundle_id),
        name=terms["name"],
        parts=parts,
        benefit=benefit_from(terms),
        fewest_parts=terms["fewest_items"],
        most_times=terms["limit_per_order"],
        **{name: terms[name] for name in RULE},
    )


def offer_rule(
    offer_id: int,
    terms: Mapping[str, Any],
    *,
    units: int = 1,
    acceptance_id: int | None = None,
) -> PriceRule:
    """The rule of an offer with these OFFER_TERMS, for so many units of its product."""
    return PriceRule(
        source=source_of(OFFER, offer_id),
        name=terms["headline"],
        parts=(RulePart((terms["product_id"],), 1),),
        benefit=benefit_from(terms),
        most_times=units,
        acceptance_id=acceptance_id,
        **{name: terms[name] for name in RULE},
    )


def benefit_from(terms: Mapping[str, Any]) -> Benefit:
    """What a row with these columns gains."""
    return Benefit(
        KINDS[terms["benefit"]],
        percent=terms["saving_percent"] or Decimal(0),
        amount=terms["benefit_amount"] or Decimal(0),
        currency=terms["benefit_currency"],
        gift_id=terms.get("gift_product_id"),
        code=terms.get("code", ""),
    )


def offer_record(offer: Offer) -> dict[str, Any]:
    """The offer's terms of today, for the ledger."""
    columns = {name: getattr(offer, name) for name in OFFER_BENEFIT}
    return {
        "source": source_of(OFFER, offer.pk),
        "name": offer.headline,
        "product_id": as_json(offer.product_id),
        **benefit_record(columns),
    }


def bundle_record(bundle: Bundle) -> dict[str, Any]:
    """The bundle's terms of today, for the ledger."""
    return {
        "source": source_of(BUNDLE, bundle.pk),
        "name": bundle.name,
        "fewest_items": bundle.fewest_items,
        "items": {str(it.product_id): it.quantity for it in bundle.items.all()},
        **benefit_record({name: getattr(bundle, name) for name in BENEFIT}),
    }


def benefit_record(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The benefit's columns as JSON: figures and keys as text, nothing rounded."""
    return {name: None if value is None else str(value) for name, value in columns.items()}
