"""What a merchandiser would have curated by now, all from what the shop really sells."""

from xsell.models import Bundle, Offer, ProductRelation, TierLadder


def curate() -> None:
    return None


def n_curated() -> int:
    """Curated relations, ladders, bundles and offers."""
    return sum(
        model._default_manager.count() for model in (ProductRelation, TierLadder, Bundle, Offer)
    )
