"""Offers on a page: add-ons, the pop-up, what is offered after an order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from xsell.selection.pages import Page
from xsell.selection.placements import ADD_ONS, ADD_TO_CART
from xsell.services import seen_tokens
from xsell.services.popups import just_added
from xsell.services.seen import may_count
from xsell.storefront.rendering import key_of, placement_context, token_for
from xsell.values import Seen, SeenKind, Source, Suggestion, TakeKind

POPUP = "popup"
"""The source by which it is remembered that a visit has seen its pop-up."""


def add_on_context(page: Page, product: Any) -> dict[str, Any]:
    """What can be added to the product, and whether the product itself goes with it."""
    product_id = key_of(product)
    placed = placement_context(page, ADD_ONS, product=product_id)
    own = page.known()[0].get(product_id)
    is_to_add = own is not None and page.may_add(own)
    chosen = [
        (it, token_for(page, TakeKind.OFFER, it, placement=ADD_ONS, anchors=placed["anchors"]))
        for it in placed["suggestions"]
        if it.offer is not None and not it.offer.is_always_there
    ]
    always = [it for it in placed["suggestions"] if it.offer and it.offer.is_always_there]
    return {**placed, "product": own if is_to_add else None, "chosen": chosen, "always": always}


def popup_context(page: Page, request: HttpRequest) -> dict[str, Any]:
    """A step up from what was just put into the cart; nothing if this visit has seen it."""
    product_id = just_added(request, page.now)
    held = page.cart.product_ids
    if product_id is None or product_id not in held:
        return {"suggestions": ()}
    # An answer can be faster than the browser's word that it was seen, which some never send.
    if page.has_seen(POPUP) or page.has_answered_at(ADD_TO_CART):
        return {"suggestions": ()}
    content, upgrades = page.upgrades(product_id, ADD_TO_CART)
    offers = [it for it in content.suggestions if it.source is Source.OFFERS]
    return {
        **placement_context_of(page, content.slug, content.heading, offers),
        "anchors": (product_id,),
        "anchor_id": product_id,
        "upgrades": () if offers else upgrades,
    }


def placement_context_of(
    page: Page, slug: str, heading: str, suggestions: Iterable[Suggestion]
) -> dict[str, Any]:
    """What the templates of offers need."""
    return {
        "slug": slug,
        "heading": heading,
        "suggestions": tuple(suggestions),
        "currency": page.currency,
        "language": page.context.language,
    }


def seen_attributes(
    page: Page, request: HttpRequest, suggestions: Iterable[Suggestion], slug: str, *more: str
) -> str:
    """Attributes by which a browser says that it has shown these offers; none without any."""
    token = offers_seen_token(page, request, suggestions, slug, *more)
    if not token:
        return ""
    return format_html(' data-xsell-seen="{}" data-xsell-to="{}"', token, reverse("xsell:seen"))


def offers_seen_token(
    page: Page, request: HttpRequest, suggestions: Iterable[Suggestion], slug: str, *more: str
) -> str:
    """The token that says that these offers were shown; empty without any, or uncounted."""
    sources = [it.offer.source for it in suggestions if it.offer is not None]
    sources += [it for it in more if it]
    if not sources or not may_count(request, page.context):
        return ""
    seen = Seen(SeenKind.OFFERS, sources=tuple(sources), placement=slug)
    return seen_tokens.issue(seen, page.context)
