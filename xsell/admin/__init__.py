"""Screens for merchandisers in Django's own admin, one file per feature."""

from xsell.admin import bundles, mining, offers, placements, relations, runs, tiers

__all__ = ["bundles", "mining", "offers", "placements", "relations", "runs", "tiers"]
