"""What xsell stores, one file per feature."""

from xsell.models.acceptances import Acceptance, AcceptanceRefund
from xsell.models.bundles import Bundle, BundleItem
from xsell.models.mining import BestSeller, CoPurchase, MiningRun
from xsell.models.offers import Offer, OfferCondition
from xsell.models.placements import Placement
from xsell.models.relations import ProductRelation
from xsell.models.tiers import Tier, TierBenefit, TierLadder

__all__ = [
    "Acceptance",
    "AcceptanceRefund",
    "BestSeller",
    "Bundle",
    "BundleItem",
    "CoPurchase",
    "MiningRun",
    "Offer",
    "OfferCondition",
    "Placement",
    "ProductRelation",
    "Tier",
    "TierBenefit",
    "TierLadder",
]
