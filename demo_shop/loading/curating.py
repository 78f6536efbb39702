"""What a merchandiser would have curated by now, all from what the shop really sells."""

from demo_shop.loading.bundles import write_bundles
from demo_shop.loading.ladders import write_ladders
from demo_shop.loading.offers import write_offers, write_relations
from demo_shop.loading.segments import write_segments
from demo_shop.loading.upsells import write_upsells
from demo_shop.models import Product
from xsell.models import Bundle, Offer, ProductRelation, Segment, TierLadder

WORTH_CURATING = 8
"""Products in fewer orders are left alone: nobody would curate them by hand."""


def curate() -> None:
    products = list(
        Product.objects.on_sale()
        .filter(stock__gt=0, n_orders__gte=WORTH_CURATING)
        .order_by("-n_orders", "pk")
    )
    write_ladders(products)
    write_bundles(products)
    write_offers(products)
    write_upsells(products)
    write_segments(products)
    write_relations(products)


def n_curated() -> int:
    """Curated relations, ladders, bundles, offers and segments."""
    kinds = (ProductRelation, TierLadder, Bundle, Offer, Segment)
    return sum(model._default_manager.count() for model in kinds)
