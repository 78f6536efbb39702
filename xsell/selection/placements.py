"""The placements of the shop."""

from __future__ import annotations

from xsell.exceptions import UnknownPlacement
from xsell.models import Placement

PRODUCT_PAGE = "product-page"
UPGRADE = "upgrade"
CART = "cart"
CHECKOUT_BUMP = "checkout-bump"
ADD_ONS = "add-ons"
ADD_TO_CART = "add-to-cart"
CART_UPGRADE = "cart-upgrade"
POST_PURCHASE = "post-purchase"
FREE_SHIPPING = "free-shipping"
DISCOUNT = "discount"
THANK_YOU = "thank-you"
RECOMMENDED = "recommended"


def placements_by_slug() -> dict[str, Placement]:
    """Every placement, in one query: a page draws several of them."""
    return {placement.slug: placement for placement in Placement.objects.all()}


def named(placements: dict[str, Placement], slug: str) -> Placement:
    """The placement with this slug. Raise UnknownPlacement, naming those that there are."""
    try:
        return placements[slug]
    except KeyError:
        known = ", ".join(sorted(placements)) or "none"
        raise UnknownPlacement(f"There is no placement {slug!r}. Known: {known}.") from None
