"""`{% load xsell %}`: the tags for product, cart, checkout and thank-you pages.

All take the request from the template's context and render nothing without one. Each draws a
template of its own under `xsell/`, which a project can override.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils.translation import get_language, gettext

from xsell.adapters import get_adapter
from xsell.storefront import rendering

register = template.Library()


@register.inclusion_tag("xsell/frequently_bought_together.html", takes_context=True)
def frequently_bought_together(context: Context, product: Any) -> dict[str, Any]:
    """What is bought together with the product, and all of it at one click."""
    return rendering.together_context(context.get("request"), product)


@register.inclusion_tag("xsell/upgrade_to_premium.html", takes_context=True)
def upgrade_to_premium(context: Context, product: Any) -> dict[str, Any]:
    """The next step up from the product: what is gained, then what it costs more."""
    return rendering.upgrade_context(context.get("request"), product)


@register.inclusion_tag("xsell/tier_table.html", takes_context=True)
def tier_table(context: Context, product: Any) -> dict[str, Any]:
    """The rungs of the product's ladder, side by side."""
    return rendering.tier_table_context(context.get("request"), product)


@register.inclusion_tag("xsell/bundle_offers.html", takes_context=True)
def bundle_offers(context: Context, product: Any) -> dict[str, Any]:
    """Bundles that hold the product, with what they save."""
    return rendering.bundle_context(context.get("request"), product)


@register.inclusion_tag("xsell/cross_sells.html", takes_context=True)
def cross_sells(context: Context) -> dict[str, Any]:
    """What goes well with the cart."""
    return rendering.placement_context(context.get("request"), "cart")


@register.inclusion_tag("xsell/bump_offers.html", takes_context=True)
def bump_offers(context: Context) -> dict[str, Any]:
    """One tick before paying. Stands outside the shop's own form; never ticked beforehand."""
    return rendering.placement_context(context.get("request"), "checkout-bump")


@register.inclusion_tag("xsell/placement.html", takes_context=True)
def xsell_placement(
    context: Context, slug: str, product: Any = None, order_ref: str | None = None
) -> dict[str, Any]:
    """Any placement: around a product, around an order, or around the cart."""
    return rendering.placement_context(
        context.get("request"), slug, product=product, order_ref=order_ref
    )


@register.simple_tag
def xsell_price(amount: Decimal, currency: str) -> str:
    """The amount as the shop's customers read it."""
    return get_adapter().format_price(amount, currency, get_language() or "")


@register.simple_tag
def xsell_difference(difference: Decimal, currency: str) -> str:
    """What a step up costs above the current product, in words."""
    if not difference:
        return gettext("for the same price")
    amount = get_adapter().format_price(abs(difference), currency, get_language() or "")
    if difference > 0:
        return gettext("only %(amount)s more") % {"amount": amount}
    return gettext("%(amount)s less") % {"amount": amount}
