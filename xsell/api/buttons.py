"""The tokens of the buttons that belong to what is shown, and of what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest

from xsell.models import Offer
from xsell.selection.encounters import EVERYTHING
from xsell.selection.pages import Page
from xsell.selection.placements import ADD_TO_CART
from xsell.storefront.offers import POPUP, offers_seen_token
from xsell.storefront.rendering import suggestion_token, token_for, view_token
from xsell.values import REPLACING_SOURCES, ProductId, Suggestion, TakeKind, Upgrade

COPIED = ("product", "source", "evidence", "because", "offer", "discount")


def with_tokens(
    page: Page, request: HttpRequest, shown: Mapping[str, Any], product_id: ProductId | None
) -> dict[str, Any]:
    """What is shown around a product (or around something else), with its tokens."""
    suggestions, slug = shown["suggestions"], shown["slug"]
    steps = page.steps(product_id, suggestions) if product_id is not None else ()
    around = {"placement": slug, "anchors": shown["anchors"], "current": product_id}
    together = shown.get("all")
    return {
        **shown,
        "suggestions": with_buttons(page, suggestions, steps, around),
        "together_token": token_for(page, TakeKind.ADD, together, placement=slug)
        if together
        else None,
        "product_token": own_token(page, product_id, slug),
        "seen_token": seen_token(page, request, suggestions, slug),
        "product_seen_token": None if product_id is None else view_token(page, product_id) or None,
    }


def with_buttons(
    page: Page,
    suggestions: Iterable[Suggestion],
    steps: Iterable[Upgrade],
    around: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """The suggestions by name of field, each with the tokens of a yes and of a no."""
    by_product = {it.product.product_id: it for it in steps}
    found = []
    for it in suggestions:
        replaces = it.source in REPLACING_SOURCES
        step = by_product.get(it.product.product_id) if replaces else None
        copied = {name: getattr(it, name) for name in COPIED}
        found.append({**copied, "step": step, **_tokens(page, it, step, around)})
    return found


def _tokens(
    page: Page, it: Suggestion, step: Upgrade | None, around: Mapping[str, Any]
) -> dict[str, str | None]:
    placement = {"placement": around["placement"]}
    if it.offer is not None and it.offer.is_always_there:
        return {"token": None, "decline_token": None, "stop_token": None}
    if step is not None:
        return {**step_tokens(page, step, around["current"], **placement), "stop_token": None}
    yes = suggestion_token(page, it, **placement, anchors=around["anchors"])
    no = stop = None
    if it.offer is not None:
        no = token_for(page, TakeKind.DECLINE, it, **placement)
        if it.offer.is_follow_up:
            stop = token_for(page, TakeKind.DECLINE, EVERYTHING, **placement)
    return {"token": yes, "decline_token": no, "stop_token": stop}


def step_tokens(page: Page, step: Upgrade, current: Any, **around: Any) -> dict[str, str]:
    """The tokens that take the step from the current product, and that decline it."""
    named = {"current": current, "source": step.source}
    return {
        "token": token_for(page, TakeKind.UPGRADE, step.product, **named, **around),
        "decline_token": token_for(page, TakeKind.DECLINE, step, **around),
    }


def own_token(page: Page, product_id: ProductId | None, slug: str) -> str | None:
    """The token that takes the product that is asked about, while it is to be had."""
    own = None if product_id is None else page.known()[0].get(product_id)
    if own is None or not page.may_add(own):
        return None
    return token_for(page, TakeKind.ADD, own, placement=slug)


def seen_token(
    page: Page, request: HttpRequest, suggestions: Iterable[Suggestion], slug: str
) -> str | None:
    """The token that says that what asks for attention was seen, and with it the pop-up.

    Parts of what is bought ask for none: add-ons are not counted, as in the templates.
    """
    shown = tuple(suggestions)
    counted = [it for it in shown if it.offer is not None and it.offer.kind != Offer.Kind.ADD_ON]
    also = (POPUP,) if shown and slug == ADD_TO_CART else ()
    return offers_seen_token(page, request, counted, slug, *also) or None
