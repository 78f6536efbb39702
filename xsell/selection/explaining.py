"""The same selection, told: which step kept or dropped each candidate, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from xsell.adapters import BaseAdapter
from xsell.inference.intervals import Interval, wilson_interval
from xsell.selection.pages import Page
from xsell.values import (
    Cart,
    CartLine,
    Decision,
    Evidence,
    PlacementContent,
    ProductDetails,
    ProductId,
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A placement's content with the details of every product that its decisions name."""

    content: PlacementContent
    details: dict[ProductId, ProductDetails]
    evidence: dict[ProductId, Evidence]
    hidden_bundles: Mapping[str, str] = field(default_factory=dict)
    """Live bundles with the page's product that do not show: source -> reason."""

    def title(self, product_id: ProductId) -> str:
        """The product's title, or its id if the shop does not know it any more."""
        product = self.details.get(product_id)
        return product.title if product is not None else f"product {product_id}"

    def confidence(self, decision: Decision) -> Interval | None:
        """95% interval of the share of the anchor's orders with it, where it was mined."""
        evidence = self.evidence.get(decision.product_id)
        return wilson_interval(evidence.n_both, evidence.n_anchor) if evidence else None


def explain(
    adapter: BaseAdapter,
    slug: str,
    *,
    product_id: ProductId | None,
    in_cart: Iterable[ProductId],
    now: datetime,
    customer_id: str | None = None,
    declined: Collection[ProductId] = (),
) -> Explanation:
    """What the placement would show on the product's page (None: in the cart), and why.

    `declined`: as if this visit had said no to the steps from the product to these.
    Raise UnknownPlacement for a slug that no row has.
    """
    context = adapter.context_for(customer_id)
    cart = imagined_cart(adapter, in_cart, customer_id)
    page = Page(adapter, context, cart, now, tells_all=True)
    if product_id is not None and declined:
        page.imagine_noes(product_id, declined)
    content = page.placement(slug, product_id=product_id)
    hidden = page.hidden_bundles(product_id) if product_id is not None else {}
    return Explanation(content, *page.known(), hidden)


def imagined_cart(
    adapter: BaseAdapter, product_ids: Iterable[ProductId], customer_id: str | None = None
) -> Cart:
    """A cart with one of each product, at the shop's prices; unknown products are left out."""
    context = adapter.context_for(customer_id)
    wanted = list(product_ids)
    details = adapter.details(wanted, context) if wanted else {}
    lines = tuple(
        CartLine(str(place), product_id, 1, product.price)
        for place, product_id in enumerate(wanted)
        if (product := details.get(product_id)) is not None and product.price is not None
    )
    return Cart("imagined", context.currency, lines)
