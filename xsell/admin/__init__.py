"""Screens for merchandisers in Django's own admin, one file per feature."""

from xsell.admin import (
    acceptances,
    attention,
    bought_once,
    bundles,
    following,
    mining,
    offers,
    placements,
    relations,
    runs,
    segment_members,
    segments,
    tiers,
)

__all__ = [
    "acceptances",
    "attention",
    "bought_once",
    "bundles",
    "following",
    "mining",
    "offers",
    "placements",
    "relations",
    "runs",
    "segment_members",
    "segments",
    "tiers",
]
