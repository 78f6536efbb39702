"""What the tags show: one function per tag, from the request to a template's context."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from xsell.adapters import get_adapter
from xsell.selection.pages import Page
from xsell.storefront.guard import guarded
from xsell.values import PlacementContent, ProductId

PAGE_ATTRIBUTE = "_xsell_page"


def page_of(request: HttpRequest) -> Page:
    """The page that this request draws, loaded once and shared by all its placements."""
    page = getattr(request, PAGE_ATTRIBUTE, None)
    if page is None:
        adapter = get_adapter()
        page = Page(adapter, adapter.context(request), adapter.cart(request), timezone.now())
        setattr(request, PAGE_ATTRIBUTE, page)
    return page


def key_of(product: Any) -> ProductId:
    """The id of a product that a template has as an instance, as details or as a plain id."""
    product_id: ProductId = getattr(product, "pk", getattr(product, "product_id", product))
    return product_id


def shown(
    request: HttpRequest | None, what: str, build: Callable[[Page], dict[str, Any]]
) -> dict[str, Any]:
    """The template context that `build` makes, guarded; an empty one without a request."""
    if request is None:
        return {}
    return guarded(what, lambda: {**build(page_of(request)), "request": request}, {})


def placement_context(
    request: HttpRequest | None,
    slug: str,
    *,
    product: Any = None,
    order_ref: str | None = None,
) -> dict[str, Any]:
    """A placement around a product, around an order of this shopper's, or around the cart."""

    def build(page: Page) -> dict[str, Any]:
        if order_ref is not None:
            order = get_adapter().order(order_ref, page.context)
            bought = [line.product_id for line in order.lines if line.product_id] if order else []
            return _placement(page, page.placement(slug, anchors=bought))
        product_id = None if product in (None, "") else key_of(product)
        return _placement(page, page.placement(slug, product_id=product_id))

    return shown(request, f"placement {slug}", build)


def together_context(request: HttpRequest | None, product: Any) -> dict[str, Any]:
    """Frequently bought together: the suggestions, and the price of all with the product.

    `all` is empty where best sellers fill the place, for those are not bought together with it. A
    product that is in the cart already is not put there a second time.
    """

    def build(page: Page) -> dict[str, Any]:
        product_id = key_of(product)
        content = page.placement("product-page", product_id=product_id)
        current = page.known()[0].get(product_id)
        is_wanted = (
            current is not None
            and current.is_available
            and current.price is not None
            and product_id not in page.cart.product_ids
        )
        together = [current] if current is not None and is_wanted else []
        together += [it.product for it in content.suggestions]
        if content.has_fallback or len(together) < 2:
            together = []
        return {
            **_placement(page, content),
            "anchor": current if together and is_wanted else None,
            "all": together,
            "total": sum((it.price or Decimal(0) for it in together), Decimal(0)),
        }

    return shown(request, "frequently bought together", build)


def upgrade_context(request: HttpRequest | None, product: Any) -> dict[str, Any]:
    """The next step up from the product."""

    def build(page: Page) -> dict[str, Any]:
        content, upgrades = page.upgrades(key_of(product))
        return {**_placement(page, content), "upgrades": upgrades, "anchor_id": key_of(product)}

    return shown(request, "upgrade", build)


def tier_table_context(request: HttpRequest | None, product: Any) -> dict[str, Any]:
    """The rungs of the product's ladder, and their features row by row."""

    def build(page: Page) -> dict[str, Any]:
        rungs = page.tier_table(key_of(product))
        names = [cell.feature for cell in rungs[0].features] if rungs else []
        cells = zip(*(rung.features for rung in rungs), strict=True)
        rows = list(zip(names, cells, strict=True))
        return {"rungs": rungs, "rows": rows, "current_id": key_of(product), **_page(page)}

    return shown(request, "tier table", build)


def bundle_context(request: HttpRequest | None, product: Any) -> dict[str, Any]:
    """Bundles with the product."""
    return shown(
        request, "bundles", lambda page: {"bundles": page.bundles(key_of(product)), **_page(page)}
    )


def _page(page: Page) -> dict[str, Any]:
    return {"currency": page.currency, "language": page.context.language}


def _placement(page: Page, content: PlacementContent) -> dict[str, Any]:
    return {
        "slug": content.slug,
        # The default headings are in our catalogue of translations; others stay as they are.
        "heading": gettext(content.heading) if content.heading else "",
        "suggestions": content.suggestions,
        **_page(page),
    }
