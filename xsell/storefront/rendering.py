"""What the tags show: one function per tag, from the page to a template's context."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.template import Context, Engine
from django.utils import timezone
from django.utils.translation import gettext

from xsell.adapters import get_adapter
from xsell.models.fields import product_id_from
from xsell.selection.pages import Page
from xsell.selection.placements import PRODUCT_PAGE
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


def placement_context(
    page: Page, slug: str, *, product: Any = None, order_ref: str | None = None
) -> dict[str, Any]:
    """A placement around a product, around an order of this shopper's, or around the cart."""
    if order_ref is not None:
        order = get_adapter().order(order_ref, page.context)
        bought = [line.product_id for line in order.lines if line.product_id] if order else []
        return _placement(page, page.placement(slug, anchors=bought))
    product_id = None if product in (None, "") else key_of(product)
    return _placement(page, page.placement(slug, product_id=product_id))


def together_context(page: Page, product: Any) -> dict[str, Any]:
    """Frequently bought together: the suggestions, and the price of all with the product.

    `all` is empty where best sellers fill the place, for those are not bought together with it. A
    product that is in the cart already is not put there a second time.
    """
    product_id = key_of(product)
    content = page.placement(PRODUCT_PAGE, product_id=product_id)
    current = page.known()[0].get(product_id)
    if current is not None and not page.may_add(current):
        current = None
    together = [current] if current is not None else []
    together += [it.product for it in content.suggestions]
    if content.has_fallback or len(together) < 2:
        current, together = None, []
    return {
        **_placement(page, content),
        "anchor": current,
        "all": together,
        "total": sum((it.price or Decimal(0) for it in together), Decimal(0)),
    }


def upgrade_context(page: Page, product: Any) -> dict[str, Any]:
    """The next step up from the product."""
    content, upgrades = page.upgrades(key_of(product))
    return {**_placement(page, content), "upgrades": upgrades, "anchor_id": key_of(product)}


def tier_table_context(page: Page, product: Any) -> dict[str, Any]:
    """The rungs of the product's ladder, and their features row by row."""
    rungs = page.tier_table(key_of(product))
    names = [cell.feature for cell in rungs[0].features] if rungs else []
    cells = zip(*(rung.features for rung in rungs), strict=True)
    rows = list(zip(names, cells, strict=True))
    return {"rungs": rungs, "rows": rows, "current_id": key_of(product), **_page(page)}


def bundle_context(page: Page, product: Any) -> dict[str, Any]:
    """Bundles with the product."""
    return {"bundles": page.bundles(key_of(product)), **_page(page)}


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
