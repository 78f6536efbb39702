"""What xsell stores, one file per feature."""

from xsell.models.acceptances import Acceptance, AcceptanceRefund
from xsell.models.bought_once import BoughtOnce
from xsell.models.bundles import Bundle, BundleItem
from xsell.models.conditions import OfferCondition
from xsell.models.encounters import (
    AttentionBudget,
    Encounter,
    ProductView,
)
from xsell.models.following import NextPurchase, RepurchaseGap
from xsell.models.mining import BestSeller, CoPurchase, MiningRun
from xsell.models.offers import Offer
from xsell.models.placements import Placement
from xsell.models.relations import ProductRelation
from xsell.models.revisions import RulesRevision
from xsell.models.segments import SampledCustomer, Segment, SegmentMember, SegmentRule
from xsell.models.tiers import Tier, TierBenefit, TierLadder

RULES = (
    Offer,
    OfferCondition,
    Placement,
    Segment,
    SegmentRule,
    AttentionBudget,
    BoughtOnce,
)
"""What merchandisers change, and processes keep in memory until it does."""

__all__ = [
    "RULES",
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
    "NextPurchase",
    "Offer",
    "OfferCondition",
    "Placement",
    "ProductRelation",
    "ProductView",
    "RepurchaseGap",
    "RulesRevision",
    "SampledCustomer",
    "Segment",
    "SegmentMember",
    "SegmentRule",
    "Tier",
    "TierBenefit",
    "TierLadder",
]
