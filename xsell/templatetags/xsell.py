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
from xsell.selection.placements import (
    CART,
    CART_UPGRADE,
    CHECKOUT_BUMP,
    POST_PURCHASE,
    RECOMMENDED,
)
from xsell.selection.tiers import RUNGS_COMPARED
from xsell.storefront import mails, offers, rendering

register = template.Library()


@register.simple_tag(takes_context=True)
def frequently_bought_together(context: Context, product: Any) -> str:
    """What is bought together with the product, and all of it at one click."""
    return rendering.draw(
        context,
        "xsell/frequently_bought_together.html",
        "frequently bought together",
        lambda page: rendering.together_context(page, product),
    )


@register.simple_tag(takes_context=True)
def upgrade_to_premium(context: Context, product: Any) -> str:
    """The next step up from the product: what is gained, then what it costs more."""
    return rendering.draw(
        context,
        "xsell/upgrade_to_premium.html",
        "upgrade",
        lambda page: rendering.upgrade_context(page, product),
    )


@register.simple_tag(takes_context=True)
def xsell_undo(context: Context, product: Any = None) -> str:
    """The last upgrade of the cart, while one click takes it back; with a product only if of it."""
    return rendering.draw(
        context,
        "xsell/undo.html",
        "undo",
        lambda page: rendering.undo_context(page, product),
    )


@register.simple_tag(takes_context=True)
def tier_table(context: Context, product: Any, rungs: int = RUNGS_COMPARED) -> str:
    """The rungs of the product's ladder side by side: three, or as many as are asked for."""
    return rendering.draw(
        context,
        "xsell/tier_table.html",
        "tier table",
        lambda page: rendering.tier_table_context(page, product, rungs),
    )


@register.simple_tag(takes_context=True)
def bundle_offers(context: Context, product: Any) -> str:
    """Bundles that hold the product, with what they save."""
    return rendering.draw(
        context,
        "xsell/bundle_offers.html",
        "bundles",
        lambda page: rendering.bundle_context(page, product),
    )


@register.simple_tag(takes_context=True)
def cross_sells(context: Context) -> str:
    """What goes well with the cart."""
    return _placement(context, "xsell/cross_sells.html", CART)


@register.simple_tag(takes_context=True)
def bump_offers(context: Context, slug: str = CHECKOUT_BUMP) -> str:
    """One tick before paying. Stands outside the shop's own form; never ticked beforehand.

    A checkout with several places for bumps has a placement for each, and names it.
    """
    return _placement(context, "xsell/bump_offers.html", slug)


@register.simple_tag(takes_context=True)
def add_ons(context: Context, product: Any) -> str:
    """What can be added to the product: taken together with it, and gone when it goes."""
    return rendering.draw(
        context,
        "xsell/add_ons.html",
        "add-ons",
        lambda page: offers.add_on_context(page, product),
    )


@register.simple_tag(takes_context=True)
def post_purchase_offers(context: Context, order_ref: str) -> str:
    """What is offered after an order, to who may see it; for the thank-you page."""
    return _placement(context, "xsell/offers.html", POST_PURCHASE, order_ref=order_ref)


@register.simple_tag(takes_context=True)
def cart_upgrade(context: Context) -> str:
    """Something better in the place of what is in the cart."""
    return _placement(context, "xsell/offers.html", CART_UPGRADE)


@register.simple_tag(takes_context=True)
def xsell_popup(context: Context) -> str:
    """A step up from what was just put into the cart: once in a session, and never in the way.

    Belongs into the shop's base template. Without scripts it stands in the page.
    """
    return rendering.draw(
        context,
        "xsell/popup.html",
        "pop-up",
        lambda page: offers.popup_context(page, context["request"]),
    )


@register.simple_tag(takes_context=True)
def xsell_seen_offers(context: Context, suggestions: Any, *more: str) -> str:
    """Attributes of the block by which a browser says that it was really seen."""
    request = context["request"]
    slug = str(context.get("slug", ""))
    return offers.seen_attributes(rendering.page_of(request), request, suggestions, slug, *more)


@register.simple_tag(takes_context=True)
def free_shipping_progress(context: Context) -> str:
    """How far the cart is from free shipping, and products that just close the gap."""
    return rendering.draw(
        context,
        "xsell/free_shipping_progress.html",
        "free shipping",
        rendering.shipping_context,
    )


@register.simple_tag(takes_context=True)
def discount_progress(context: Context) -> str:
    """Products of which one more unit makes a bundle whole, with what is saved then."""
    return rendering.draw(
        context, "xsell/discount_progress.html", "discount", rendering.discount_context
    )


@register.simple_tag(takes_context=True)
def recommended_for_you(context: Context) -> str:
    """What this very shopper may want: for the home page and the account."""
    return _placement(context, "xsell/recommended_for_you.html", RECOMMENDED)


@register.simple_tag(takes_context=True)
def xsell_seen(context: Context, product: Any = None) -> str:
    """Tells the shop what was really seen: offers, for their caps, and the product's page.

    Belongs once into each page. A product's page counts only with the shopper's consent to being
    remembered.
    """
    return rendering.draw(
        context,
        "xsell/seen.html",
        "what is seen",
        lambda page: rendering.seen_context(page, product, context["request"]),
    )


@register.simple_tag(takes_context=True)
def xsell_placement(
    context: Context, slug: str, product: Any = None, order_ref: str | None = None
) -> str:
    """Any placement: around a product, around an order, or around the cart."""
    return _placement(context, "xsell/placement.html", slug, product=product, order_ref=order_ref)


def _placement(context: Context, template_name: str, slug: str, **around: Any) -> str:
    return rendering.draw(
        context,
        template_name,
        f"placement {slug}",
        lambda page: rendering.placement_context(page, slug, **around),
    )


@register.simple_tag(takes_context=True)
def xsell_email(
    context: Context,
    slug: str,
    order_ref: Any = None,
    customer: Any = None,
    base_url: str = "",
    as_text: bool = False,
) -> str:
    """A placement in a mail, around an order or for a customer; `as_text` for its plain part.

    No request is needed: who it is for is told by the order. Links begin with `base_url`.
    """
    around = {"order_ref": order_ref, "customer": customer, "base_url": base_url}
    return mails.draw_mail(context, f"xsell/email.{'txt' if as_text else 'html'}", slug, **around)


@register.simple_tag(takes_context=True)
def xsell_take(context: Context, kind: str, wanted: Any, **around: Any) -> str:
    """The hidden inputs of a form to `xsell:take`, which takes what is wanted at one click.

    `"add"` a product or several, `"upgrade"` to a product from `current=` by the step `source=`, a
    `"bundle"` on the page of `current=`, a suggestion with its `"offer"` around `anchors=`;
    `"decline"` a step, `"undo"` an upgrade. A form works once.
    """
    return rendering.take_inputs(context, kind, wanted, **around)


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
