"""Two segments of which each sees something that the others do not."""

from collections.abc import Sequence
from decimal import Decimal

from demo_shop.loading.offers import by_kind
from demo_shop.loading.upsells import live
from demo_shop.models import Product
from demo_shop.placements import WELCOME
from xsell.models import Offer, OfferCondition, Placement, Segment, SegmentRule
from xsell.values import BenefitKind

REGULAR_FROM = Decimal(3)


def write_segments(products: Sequence[Product]) -> None:
    """Regulars are thanked in the cart; who has not ordered yet is welcomed on the home page."""
    regulars = Segment.objects.create(name="Regulars", note="They come back: say thank you.")
    orders = SegmentRule.Kind.ORDERS_AT_LEAST
    SegmentRule.objects.create(segment=regulars, kind=orders, amount=REGULAR_FROM)
    new = Segment.objects.create(name="New here", note="No order yet; guests are in it, too.")
    SegmentRule.objects.create(segment=new, kind=orders, amount=Decimal(1), is_negated=True)
    kinds = by_kind(products)
    for product in kinds["Fresh Fruit from the Salad Bar"][:1]:
        offer = live(
            product,
            Offer.Kind.CROSS_SELL,
            "Thank you for coming back",
            "A fifth off for our regulars.",
            benefit=BenefitKind.PERCENT.value,
            saving_percent=Decimal(20),
            limit_per_customer=3,
        )
        only_for(offer, regulars)
    welcome = Placement.objects.filter(slug=WELCOME)
    for product in kinds["Gala Apples"][:1]:
        offer = live(
            product,
            Offer.Kind.CROSS_SELL,
            "Your first order ships free with them",
            placement=welcome.first(),
            benefit=BenefitKind.FREE_SHIPPING.value,
            limit_per_customer=1,
        )
        only_for(offer, new)
    welcome.update(segment=new, is_live=True)


def only_for(offer: Offer, segment: Segment) -> None:
    kind = OfferCondition.Kind.IN_SEGMENT
    OfferCondition.objects.create(offer=offer, kind=kind, segment=segment)
