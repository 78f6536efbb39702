"""What the tags show: one function per tag, from the page to a template's context."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.template import Context, Engine
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from xsell.adapters import get_adapter
from xsell.adapters.visits import context_of
from xsell.models.fields import product_id_from
from xsell.selection.pages import Page
from xsell.selection.placements import DISCOUNT, FREE_SHIPPING, PRODUCT_PAGE
from xsell.selection.tiers import RUNGS_COMPARED
from xsell.selection.upgrades import last_upgrade
from xsell.services import seen_tokens, tokens
from xsell.services.seen import may_count, may_remember
from xsell.storefront.guard import guarded
from xsell.values import (
    PlacementContent,
    ProductId,
    Seen,
    SeenKind,
    Suggestion,
    Take,
    TakeKind,
)

PAGE_ATTRIBUTE = "_xsell_page"
MOST_UNITS = 99
"""A click takes no more of an offer: what goes with a pallet is not ordered by one tick."""
TIER_TABLE = "tiers"
"""What the ledger calls the place of the table that compares the rungs."""
SECONDS_IN_VIEW = 3
"""In view for less, a page was passed by."""


def page_of(request: HttpRequest) -> Page:
    """The page that this request draws, loaded once and shared by all its placements."""
    page = getattr(request, PAGE_ATTRIBUTE, None)
    if page is None:
        adapter = get_adapter()
        page = Page(adapter, context_of(adapter, request), adapter.cart(request), timezone.now())
        setattr(request, PAGE_ATTRIBUTE, page)
    return page


def key_of(product: Any) -> ProductId:
    """The id of a product that a template has as an instance, as details or as a plain id.

    Raise ValidationError for a text, as addresses have it, that is no product id.
    """
    key: ProductId = getattr(product, "pk", getattr(product, "product_id", product))
    return product_id_from(key) if isinstance(key, str) else key


def draw(
    context: Context, template_name: str, what: str, build: Callable[[Page], dict[str, Any]]
) -> str:
    """The template with what `build` makes of the page: read and rendered under the guard.

    Nothing without a request.
    """
    request = context.get("request")
    if request is None:
        return ""

    def rendered() -> str:
        values = {**build(page_of(request)), "request": request}
        if "csrf_token" in context:
            values["csrf_token"] = context["csrf_token"]
        engine = context.template.engine if context.template else Engine.get_default()
        template = engine.get_template(template_name)
        return template.render(context.new(values))

    return guarded(what, rendered, "")


def take_inputs(context: Context, kind: str, wanted: Any, **around: Any) -> SafeString:
    """The hidden inputs of a form that takes what is wanted: its token, and the way back."""
    request = context["request"]
    around = {"placement": context.get("slug", ""), **around}
    token = token_for(page_of(request), kind, wanted, **around)
    inputs = (
        '<input type="hidden" name="token" value="{}"><input type="hidden" name="next" value="{}">'
    )
    return format_html(inputs, token, request.get_full_path())


def token_for(page: Page, kind: str, wanted: Any, **around: Any) -> str:
    """A token of this page's shopper for what is wanted."""
    return tokens.issue(take_of(kind, wanted, **around), page.context, page.cart)


def take_of(
    kind: str,
    wanted: Any,
    *,
    placement: str = "",
    current: Any = None,
    anchors: Iterable[ProductId] = (),
    source: str = "",
) -> Take:
    """The click that takes a product or several, a bundle or the one unit that a suggestion adds to
    it, or a suggestion with its offer.

    Or the one that declines a step (whatever has a `source`), or undoes an upgrade. `current` is
    the product that an upgrade replaces, or whose page shows the bundle. `anchors` is what an
    offer's placement was around, none being the cart. `source` names the step that an upgrade is.
    """
    current_id = None if current in (None, "") else key_of(current)
    match TakeKind(kind):
        case TakeKind.BUNDLE if isinstance(wanted, Suggestion):
            bundle_id = wanted.discount.bundle_id if wanted.discount else None
            take = Take(TakeKind.BUNDLE, (wanted.product.product_id,), bundle_id=bundle_id)
        case TakeKind.BUNDLE:
            units = tuple(
                part.product.product_id for part in wanted.parts for _ in range(part.quantity)
            )
            take = Take(TakeKind.BUNDLE, units, current_id, bundle_id=wanted.bundle_id)
        case TakeKind.OFFER:
            take = _offer_taken(wanted, anchors)
        case TakeKind.UNDO:
            take = Take(TakeKind.UNDO, source=wanted.key)
        case TakeKind.DECLINE:
            own_offer = getattr(wanted, "offer", None)
            named = wanted if isinstance(wanted, str) else (own_offer or wanted).source
            take = Take(TakeKind.DECLINE, source=named)
        case plain:
            several = wanted if isinstance(wanted, (list, tuple)) else (wanted,)
            take = Take(plain, tuple(map(key_of, several)), current_id, source=source)
    return replace(take, placement=placement)


def _offer_taken(suggestion: Suggestion, anchors: Iterable[ProductId]) -> Take:
    """The click that takes the suggestion's offer: as many units as the page says."""
    offer = suggestion.offer
    if offer is None:
        raise ValueError("This suggestion has no offer to take.")
    return Take(
        TakeKind.OFFER,
        (suggestion.product.product_id,) * min(offer.units, MOST_UNITS),
        offer_id=offer.offer_id,
        anchor_ids=tuple(anchors),
        source=offer.source,
    )


def suggestion_token(page: Page, suggestion: Suggestion, **around: Any) -> str:
    """A token for the suggestion: on the terms of its offer or of its bundle, if it has one."""
    if suggestion.discount is not None:
        return token_for(page, TakeKind.BUNDLE, suggestion, placement=around.get("placement", ""))
    if suggestion.offer is None:
        return token_for(page, TakeKind.ADD, suggestion.product, **around)
    return token_for(page, TakeKind.OFFER, suggestion, **around)


def placement_context(
    page: Page, slug: str, *, product: Any = None, order_ref: str | None = None
) -> dict[str, Any]:
    """A placement around a product, around an order of this shopper's, or around the cart."""
    if order_ref is not None:
        bought = bought_in(page, order_ref) or ()
        return around_order(page, slug, bought)
    product_id = None if product in (None, "") else key_of(product)
    anchors = () if product_id is None else (product_id,)
    return _placement(page, page.placement(slug, product_id=product_id), anchors)


def bought_in(page: Page, order_ref: str) -> tuple[ProductId, ...] | None:
    """What was bought in an order; None where it is none of this shopper's."""
    order = get_adapter().order(order_ref, page.context)
    if order is None:
        return None
    return tuple(line.product_id for line in order.lines if line.product_id)


def around_order(page: Page, slug: str, bought: tuple[ProductId, ...]) -> dict[str, Any]:
    """A placement around what was bought."""
    return _placement(page, page.placement(slug, anchors=bought), bought)


def together_context(page: Page, product: Any) -> dict[str, Any]:
    """Frequently bought together: the suggestions, and the price of all with the product.

    `all` is empty where best sellers fill the place, for those are not bought together with it, and
    where one of them has terms of its own, which only its own button gives. A product that is in
    the cart already is not put there a second time.
    """
    product_id = key_of(product)
    content = page.placement(PRODUCT_PAGE, product_id=product_id)
    current = page.known()[0].get(product_id)
    if current is not None and not page.may_add(current):
        current = None
    together = [current] if current is not None else []
    together += [it.product for it in content.suggestions]
    have_terms = any(it.offer is not None and it.offer.has_terms for it in content.suggestions)
    if content.has_fallback or have_terms or len(together) < 2:
        current, together = None, []
    return {
        **_placement(page, content, (product_id,)),
        "anchor": current,
        "all": together,
        "total": sum((it.price or Decimal(0) for it in together), Decimal(0)),
    }


def upgrade_context(page: Page, product: Any) -> dict[str, Any]:
    """The next step up from the product."""
    product_id = key_of(product)
    content, upgrades = page.upgrades(product_id)
    placed = _placement(page, content, (product_id,))
    return {**placed, "upgrades": upgrades, "anchor_id": product_id}


def undo_context(page: Page, product: Any = None) -> dict[str, Any]:
    """The cart's last upgrade while it can be taken back; with a product only if it is of it."""
    undo = last_upgrade(page.cart, page.now)
    if undo is not None and product not in (None, ""):
        concerns = key_of(product) in (undo.product_id, undo.former_id)
        undo = undo if concerns else None
    return {"undo": undo}


def undo_token(page: Page) -> str | None:
    """A token that takes the cart's last upgrade back, if there is one."""
    undo = undo_context(page)["undo"]
    return token_for(page, TakeKind.UNDO, undo) if undo is not None else None


def tier_table_context(page: Page, product: Any, most: int = RUNGS_COMPARED) -> dict[str, Any]:
    """The rungs of the product's ladder, `most` of them, and their features row by row."""
    rungs = page.tier_table(key_of(product), most)
    names = [cell.feature for cell in rungs[0].features] if rungs else []
    cells = zip(*(rung.features for rung in rungs), strict=True)
    rows = list(zip(names, cells, strict=True))
    return {"rungs": rungs, "rows": rows, "current_id": key_of(product), **_page(page)}


def bundle_context(page: Page, product: Any) -> dict[str, Any]:
    """Bundles with the product."""
    product_id = key_of(product)
    return {"bundles": page.bundles(product_id), "anchor_id": product_id, **_page(page)}


def shipping_context(page: Page) -> dict[str, Any]:
    """What the cart lacks to free shipping, and what closes the gap; no gap if switched off."""
    content = page.placement(FREE_SHIPPING)
    return {**_placement(page, content, ()), "gap": page.shipping_gap if content.is_live else None}


def discount_context(page: Page) -> dict[str, Any]:
    """The products of which one more unit makes a bundle whole."""
    held = page.cart.product_ids
    return {**_placement(page, page.placement(DISCOUNT), ()), "held": held}


def seen_context(page: Page, product: Any, request: HttpRequest) -> dict[str, Any]:
    """The token by which a browser says that the product's page was seen; none without consent."""
    token = "" if product in (None, "") else view_token(page, key_of(product))
    return {
        "token": token,
        "seconds": SECONDS_IN_VIEW,
        "counts": bool(token) or may_count(request, page.context),
    }


def view_token(page: Page, product_id: ProductId) -> str:
    """The token that says that the product's page was seen; empty without consent."""
    if not may_remember(page.context):
        return ""
    return seen_tokens.issue(Seen(SeenKind.PRODUCT, (product_id,)), page.context)


def _page(page: Page) -> dict[str, Any]:
    return {"currency": page.currency, "language": page.context.language}


def _placement(
    page: Page, content: PlacementContent, anchors: Iterable[ProductId]
) -> dict[str, Any]:
    return {
        "slug": content.slug,
        "anchors": tuple(anchors),
        # The default headings are in our catalogue of translations; others stay as they are.
        "heading": gettext(content.heading) if content.heading else "",
        "suggestions": content.suggestions,
        **_page(page),
    }
