from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from demo_shop.carts import n_units
from demo_shop.models import Category


def shop(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows; asked for only by pages that draw it."""
    return {
        "shop_name": "Larkfield Grocers",
        "cart_units": SimpleLazyObject(lambda: n_units(request)),
        "aisles": SimpleLazyObject(listed_aisles),
    }


def listed_aisles() -> list[Category]:
    return list(Category.objects.filter(parent=None, is_listed=True))
