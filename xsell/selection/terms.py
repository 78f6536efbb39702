"""The terms of an offer or a bundle, as the ledger keeps them and as pricing needs them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from xsell.models import Bundle, Offer
from xsell.models.fields import as_json
from xsell.values import Benefit, BenefitKind, PriceRule, RulePart

KINDS = {kind.value: kind for kind in BenefitKind}

OFFER_BENEFIT = (
    *("benefit", "saving_percent", "benefit_amount", "benefit_currency"),
    *("gift_product_id", "code"),
)
"""Columns that say what an offer gains."""

OFFER_TERMS = (
    *("headline", "product_id", "precedence", "is_exclusive", "least_margin_percent"),
    *("starts_at", "ends_at"),
    *OFFER_BENEFIT,
)
"""Columns that pricing needs of an offer."""


def offer_rule(
    offer_id: int,
    terms: Mapping[str, Any],
    *,
    units: int = 1,
    acceptance_id: int | None = None,
) -> PriceRule:
    """The rule of an offer with these OFFER_TERMS, for so many units of its product."""
    return PriceRule(
        source=f"offer:{offer_id}",
        name=terms["headline"],
        parts=(RulePart((terms["product_id"],), 1),),
        benefit=benefit_from(terms),
        most_times=units,
        precedence=terms["precedence"],
        is_exclusive=terms["is_exclusive"],
        least_margin_percent=terms["least_margin_percent"],
        starts_at=terms["starts_at"],
        ends_at=terms["ends_at"],
        acceptance_id=acceptance_id,
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
        "source": f"offer:{offer.pk}",
        "name": offer.headline,
        "product_id": as_json(offer.product_id),
        **benefit_record(columns),
    }


def bundle_record(bundle: Bundle) -> dict[str, Any]:
    """The bundle's terms of today, for the ledger."""
    names = ("benefit", "saving_percent", "benefit_amount", "benefit_currency")
    return {
        "source": f"bundle:{bundle.pk}",
        "name": bundle.name,
        "fewest_items": bundle.fewest_items,
        "items": {str(it.product_id): it.quantity for it in bundle.items.all()},
        **benefit_record({name: getattr(bundle, name) for name in names}),
    }


def benefit_record(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The benefit's columns as JSON: figures and keys as text, nothing rounded."""
    return {name: None if value is None else str(value) for name, value in columns.items()}
