"""What xsell stores, one file per feature."""

from xsell.models.acceptances import Acceptance, AcceptanceRefund
from xsell.models.bundles import Bundle, BundleItem
from xsell.models.conditions import OfferCondition
from xsell.models.encounters import (
    AttentionBudget,
    BoughtOnce,
    Encounter,
    ProductView,
    RulesRevision,
)
from xsell.models.mining import BestSeller, CoPurchase, MiningRun
from xsell.models.offers import Offer
from xsell.models.placements import Placement
from xsell.models.relations import ProductRelation
from xsell.models.segments import Segment, SegmentMember, SegmentRule
from xsell.models.tiers import Tier, TierBenefit, TierLadder

__all__ = [
    "Acceptance",
    "AcceptanceRefund",
    "AttentionBudget",
    "BestSeller",
    "BoughtOnce",
    "Bundle",
    "BundleItem",
    "CoPurchase",
    "Encounter",
    "MiningRun",
    "Offer",
    "OfferCondition",
    "Placement",
    "ProductRelation",
    "ProductView",
    "RulesRevision",
    "Segment",
    "SegmentMember",
    "SegmentRule",
    "Tier",
    "TierBenefit",
    "TierLadder",
]
