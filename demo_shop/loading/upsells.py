"""Offers that ask at the right moment: the pop-up, what belongs to a product, and sequences."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from demo_shop.loading.offers import CURRENCY, by_kind
from demo_shop.models import Product
from xsell.models import Offer, OfferCondition
from xsell.values import BenefitKind

Kinds = Mapping[str, Sequence[Product]]
Condition = OfferCondition.Kind

LARGER = Decimal("1.33")
"""A larger pack holds at least so many times as much."""
HALF_A_DAY = timedelta(hours=12)


def write_upsells(products: Sequence[Product]) -> None:
    """Each offer whose products the shop has."""
    kinds = by_kind(products)
    write_popup(kinds)
    write_add_ons(kinds)
    write_cart_sequence(kinds)
    write_thanks_sequence(kinds)
    write_by_the_clock(kinds)


def live(product: Product, kind: str, headline: str, text: str = "", **fields: Any) -> Offer:
    """A live offer of the product."""
    return Offer.objects.create(
        name=f"{Offer.Kind(kind).name.replace('_', ' ').capitalize()}: {headline}"[:100],
        kind=kind,
        product=product,
        headline=headline,
        text=text,
        state=Offer.State.LIVE,
        **fields,
    )


def percent(share: int) -> dict[str, Any]:
    return {"benefit": BenefitKind.PERCENT.value, "saving_percent": Decimal(share)}


def amount(off: str) -> dict[str, Any]:
    return {
        "benefit": BenefitKind.AMOUNT.value,
        "benefit_amount": Decimal(off),
        "benefit_currency": CURRENCY,
    }


def steps_up(same_kind: Sequence[Product]) -> tuple[Product, Product] | None:
    """The first two packs of one brand of which the second holds more, and more for the money."""
    for product in same_kind:
        for other in same_kind:
            if (
                product.measure
                and other.measure
                and (product.brand, product.measure_unit) == (other.brand, other.measure_unit)
                and other.measure >= product.measure * LARGER
                and product.price < other.price
                and other.price_per_unit < product.price_per_unit
            ):
                return product, other
    return None


def write_popup(kinds: Kinds) -> None:
    """The large bag in the place of the small one, for less than it costs on the shelf."""
    packs = steps_up(kinds["Russet Potatoes"])
    if packs is None:
        return
    small, large = packs
    live(
        large,
        Offer.Kind.UPSELL,
        f"{large.size} instead of {small.size}",
        "They keep for weeks in a dark cupboard: 30 cents off, since you take a bag anyway.",
        replaced_product=small,
        placement=placed("add-to-cart"),
        priority=10,
        **amount("0.30"),
    )


def write_add_ons(kinds: Kinds) -> None:
    """What comes with a product for nothing, and what can be ticked."""
    for trigger, kind, headline, text, fields in (
        (
            "Boneless Chicken Breast",
            "Lemons",
            "A lemon for the pan",
            "",
            {"fewest_units": 1, "included_units": 1, "most_units": 1},
        ),
        (
            "Boneless Chicken Breast",
            "Barbecue Sauce",
            "Sauce for the grill",
            "A tenth off beside the chicken.",
            {"most_units": 2, **percent(10)},
        ),
        ("Ground Coffee", "Coffee Filters", "Filters for this coffee", "", {"most_units": 3}),
        (
            "Celebration Sheet Cake",
            "Cake Candles",
            "Candles for the cake",
            "The first box is included.",
            {"fewest_units": 1, "included_units": 1, "most_units": 3},
        ),
    ):
        if kinds[trigger] and kinds[kind]:
            offer = live(kinds[kind][0], Offer.Kind.ADD_ON, headline, text, **fields)
            with_product(offer, kinds[trigger][0])


def with_product(offer: Offer, product: Product) -> None:
    OfferCondition.objects.create(offer=offer, kind=Condition.HAS_PRODUCT, product=product)


def write_cart_sequence(kinds: Kinds) -> None:
    """In the cart: more eggs; after a no smaller ones; after a yes the bacon to go with them."""
    packs = steps_up(kinds["Large Eggs"])
    if packs is None:
        return
    dozen, more = packs
    bacon = kinds["Premium Bacon"][:1]
    after_yes = [
        live(it, Offer.Kind.CROSS_SELL, "Bacon with the eggs", "A tenth off.", **percent(10))
        for it in bacon
    ]
    smaller = [
        it for it in kinds["Medium Eggs"] if it.size == dozen.size and it.price < dozen.price
    ]
    after_no = [
        live(
            it,
            Offer.Kind.DOWNSELL,
            "Medium ones will do?",
            "For baking nobody sees the difference.",
            replaced_product=dozen,
            next_if_accepted=next(iter(after_yes), None),
        )
        for it in smaller[:1]
    ]
    live(
        more,
        Offer.Kind.UPSELL,
        "Eggs for the whole week",
        f"{more.size}, and cheaper by the egg.",
        replaced_product=dozen,
        placement=placed("cart-upgrade"),
        next_if_accepted=next(iter(after_yes), None),
        next_if_declined=next(iter(after_no), None),
    )


def placed(slug: str) -> Any:
    return Offer._meta.get_field("placement").related_model._default_manager.get(slug=slug)


def write_thanks_sequence(kinds: Kinds) -> None:
    """After the order: the large pack of paper for the next one, a small one after a no."""
    paper = sorted(kinds["Toilet Paper"][:20], key=lambda it: it.price)
    if len(paper) < 2 or paper[0].price == paper[-1].price:
        return
    few, many = paper[0], paper[-1]
    small = live(few, Offer.Kind.DOWNSELL, "Or only one roll?", "In case it runs out meanwhile.")
    live(
        many,
        Offer.Kind.POST_PURCHASE,
        "For the next delivery: paper for a month",
        "15% off if you put it into your next cart now.",
        next_if_declined=small,
        shown_per_session=6,
        **percent(15),
    )


def write_by_the_clock(kinds: Kinds) -> None:
    """One with a countdown to its real end, one for the morning, one for the weekend."""
    for kind, headline, text, fields, condition, value in (
        (
            "Strawberries",
            "Strawberries, ripe today",
            "A tenth off as long as they are.",
            {"ends_at": ten_o_clock(), "shows_end": True, "priority": 1, **percent(10)},
            Condition.UNITS_AT_LEAST,
            "",
        ),
        (
            "Fresh Donuts",
            "A donut from this morning's batch",
            "Until eleven.",
            {"priority": 2},
            Condition.HOURS,
            "06:00-11:00",
        ),
        (
            "Frozen Pizza",
            "Pizza for the weekend?",
            "Ready in twelve minutes.",
            {"priority": 90},
            Condition.WEEKDAYS,
            "5,6",
        ),
    ):
        if kinds[kind]:
            offer = live(kinds[kind][0], Offer.Kind.BUMP, headline, text, **fields)
            least = Decimal(1) if condition == Condition.UNITS_AT_LEAST else None
            OfferCondition.objects.create(offer=offer, kind=condition, value=value, amount=least)


def ten_o_clock() -> datetime:
    """The next one that is at least half a day away: then a countdown already runs."""
    now = timezone.localtime()
    ten = timezone.make_aware(datetime.combine(now.date(), time(10)))
    while ten < now + HALF_A_DAY:
        ten += HALF_A_DAY
    return ten
