"""Places of this shop's own, beside those that xsell's tags draw."""

from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.db import router

from xsell.values import Source

WELCOME = "welcome"
OWN: dict[str, dict[str, Any]] = {
    WELCOME: {
        "heading": "New here? Good to start with",
        "sources": [str(Source.OFFERS), str(Source.BEST_SELLERS)],
        "min_items": 4,
        "max_items": 5,
        "max_per_category": 1,
        # Until there is a segment of those whom it is for.
        "is_live": False,
    },
}


def create_placements(*, using: str, apps: Apps = installed, **kwargs: Any) -> None:
    """Make those that are missing, whatever a merchandiser has made of the others."""
    try:
        model = apps.get_model("xsell", "Placement")
    except LookupError:  # migrated back to nothing
        return
    if router.allow_migrate_model(using, model):
        for slug, fields in OWN.items():
            model._default_manager.using(using).get_or_create(slug=slug, defaults=fields)
