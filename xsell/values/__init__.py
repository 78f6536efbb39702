"""Frozen values that travel between the layers; no request and no model instance among them."""

from xsell.values.pricing import (
    Allocation,
    AppliedBundle,
    BundleOffer,
    BundlePart,
    BundleRule,
    Quote,
)
from xsell.values.shop import (
    Cart,
    CartChange,
    CartLine,
    Category,
    Order,
    OrderLine,
    ProductDetails,
    ProductId,
    ShopContext,
)
from xsell.values.suggestions import (
    FALLBACK_SOURCES,
    FEWEST_TOGETHER,
    Candidate,
    Decision,
    Evidence,
    OfferCopy,
    PlacementContent,
    Source,
    Suggestion,
)
from xsell.values.tiers import (
    TierFeature,
    TierRung,
    Upgrade,
)

__all__ = [
    "FALLBACK_SOURCES",
    "FEWEST_TOGETHER",
    "Allocation",
    "AppliedBundle",
    "BundleOffer",
    "BundlePart",
    "BundleRule",
    "Candidate",
    "Cart",
    "CartChange",
    "CartLine",
    "Category",
    "Decision",
    "Evidence",
    "OfferCopy",
    "Order",
    "OrderLine",
    "PlacementContent",
    "ProductDetails",
    "ProductId",
    "Quote",
    "ShopContext",
    "Source",
    "Suggestion",
    "TierFeature",
    "TierRung",
    "Upgrade",
]
