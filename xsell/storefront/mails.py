"""Suggestions for mails: no request, absolute links without tracking, a text beside the HTML."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.template import Context, Engine
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from xsell.adapters import get_adapter
from xsell.selection.pages import Page
from xsell.storefront.guard import guarded
from xsell.values import Cart, ProductDetails, Suggestion


def draw_mail(context: Context, template_name: str, slug: str, **around: Any) -> SafeString | str:
    """The template with what the placement suggests: read and rendered under the guard."""

    def rendered() -> SafeString:
        engine = context.template.engine if context.template else Engine.get_default()
        values = mail_context(slug, **around)
        return engine.get_template(template_name).render(context.new(values))

    return guarded(f"mail with placement {slug}", rendered, "")


def mail_context(
    slug: str, *, base_url: str, order_ref: Any = None, customer: Any = None
) -> dict[str, Any]:
    """What the placement suggests to whoever placed the order, or to the customer with this id.

    A mail goes to the shopper whom it is about: whether they may see the order is not asked.
    Offers stay out, for they are taken by buttons. Raise ValueError for a `base_url` that is no
    address.
    """
    if urlsplit(base_url).scheme not in {"http", "https"}:
        raise ValueError(f"base_url must be the shop's address, as in https://…, not {base_url!r}")
    adapter, anchors = get_adapter(), []
    customer_id = None if customer in (None, "") else str(getattr(customer, "pk", customer))
    if order_ref is not None:
        lines = list(adapter.order_lines().filter(xsell_order=order_ref))
        anchors = [it["xsell_product"] for it in lines if it["xsell_product"] is not None]
        of_order = next((it["xsell_customer"] for it in lines), None)
        customer_id = None if of_order is None else str(of_order)
    page = Page(adapter, adapter.context_for(customer_id), Cart(), timezone.now())
    if order_ref is not None and not anchors:
        return {"suggestions": ()}
    content = page.placement(slug, anchors=anchors if order_ref is not None else None)
    plain = [it for it in content.suggestions if it.offer is None]
    return {
        "heading": gettext(content.heading) if content.heading else "",
        "suggestions": [_absolute(it, base_url) for it in plain],
    }


def _absolute(suggestion: Suggestion, base_url: str) -> Suggestion:
    product: ProductDetails = suggestion.product
    image = urljoin(base_url, product.image_url) if product.image_url else ""
    url = urljoin(base_url, product.url)
    return replace(suggestion, product=replace(product, url=url, image_url=image))
