"""Bump offers for the checkout, and relations that people pin."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tqdm import tqdm

from demo_shop.models import Category, Product
from xsell.models import Offer, OfferCondition, ProductRelation
from xsell.values import BenefitKind

# Shelf that must be in the cart, kind of product that is offered, headline, text.
BUMPS = (
    ("breakfast-cereals", "Bananas", "Bananas for the cereal", "Slice one over: a fifth off."),
    ("drinks-coffee", "Coffee Creamer", "Cream for the coffee?", "Makes the first cup complete."),
    (
        "pantry-pasta-noodles",
        "Frozen Garlic Bread",
        "Garlic bread with the pasta?",
        "Warm from the oven.",
    ),
    (
        "meat-poultry-hot-dogs",
        "Hot Dog Buns",
        "Buns for the hot dogs",
        "20 cents off, since they belong together.",
    ),
    (
        "fruit-vegetables-lettuce-salad-mixes",
        "Salad Dressing",
        "A dressing for the salad?",
        "The one that most people take.",
    ),
    ("meat-poultry-beef", "Hamburger Buns", "Burgers tonight?", "Buns are what people forget."),
    (
        "household-laundry",
        "Dryer Sheets",
        "Dryer sheets with the wash?",
        "For laundry that smells clean.",
    ),
    (
        "pets-cats",
        "Cat Treats",
        "A treat for the cat?",
        "She will know if you leave it on the shelf.",
    ),
    ("pets-dogs", "Soft Dog Treats", "A treat for the dog?", "For somebody who waited at home."),
    ("baby-diapers-wipes", "Baby Wipes", "Enough wipes?", "You can never have too many."),
)
BUMPS_BY_TOTAL = (
    (Decimal(5), "Candy Bar", "Something sweet for the way home?", "You have earned it."),
    (
        Decimal(40),
        "Paper Towels",
        "Kitchen roll to go with it",
        "A quarter off, for the first five shoppers. We carry it.",
    ),
)
CURRENCY = "USD"
# By product kind: what a bump gains, and how often it can be had.
GAINS: dict[str, dict[str, Any]] = {
    "Bananas": {
        "benefit": BenefitKind.PERCENT.value,
        "saving_percent": Decimal(20),
        "limit_per_order": 1,
        "limit_per_customer": 3,
    },
    "Hot Dog Buns": {
        "benefit": BenefitKind.AMOUNT.value,
        "benefit_amount": Decimal("0.20"),
        "benefit_currency": CURRENCY,
    },
    "Paper Towels": {
        "benefit": BenefitKind.PERCENT.value,
        "saving_percent": Decimal(25),
        "limit_in_all": 5,
        "hold_minutes": 30,
    },
}
# What goes with what, as anybody in the trade knows: anchor's kind, suggested kind.
PINS = (
    ("Ground Coffee", "Coffee Filters", ProductRelation.Kind.ACCESSORY),
    ("Charcoal", "Charcoal Lighter Fluid", ProductRelation.Kind.ACCESSORY),
    ("Razors & Blades", "Shaving Cream", ProductRelation.Kind.ACCESSORY),
    ("Toothpaste", "Toothbrush", ProductRelation.Kind.ACCESSORY),
    ("Diapers", "Baby Wipes", ProductRelation.Kind.ACCESSORY),
    ("Liquid Laundry Detergent", "Fabric Softener", ProductRelation.Kind.ACCESSORY),
    ("Shampoo", "Conditioner", ProductRelation.Kind.CROSS_SELL),
    ("Layer Cake Mix", "Frosting", ProductRelation.Kind.CROSS_SELL),
    ("Pancake Mix", "Pancake Syrup & Molasses", ProductRelation.Kind.CROSS_SELL),
    ("Taco & Tostada Shells", "Taco Seasoning Mix", ProductRelation.Kind.CROSS_SELL),
    ("Tortilla Chips", "Salsa & Picante Sauce", ProductRelation.Kind.CROSS_SELL),
    ("Premium Hot Dogs", "Hot Dog Buns", ProductRelation.Kind.CROSS_SELL),
    ("Spaghetti", "Pasta Sauce", ProductRelation.Kind.CROSS_SELL),
    ("Peanut Butter", "Jelly", ProductRelation.Kind.CROSS_SELL),
    ("Garden Salad Mix", "Salad Dressing", ProductRelation.Kind.CROSS_SELL),
)
ANCHORS_PER_PIN = 8


def by_kind(products: Sequence[Product]) -> dict[str, list[Product]]:
    kinds: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        kinds[product.product_type].append(product)
    return kinds


def write_offers(products: Sequence[Product]) -> None:
    """A bump for each rule whose product the shop has, its most popular one."""
    kinds = by_kind(products)
    shelves = dict(Category.objects.values_list("slug", "pk"))
    for priority, (shelf, kind, headline, text) in enumerate(tqdm(BUMPS, "Bumps")):
        if kinds[kind] and shelf in shelves:
            offer = write_offer(kinds[kind][0], headline, text, priority)
            OfferCondition.objects.create(
                offer=offer,
                kind=OfferCondition.Kind.HAS_CATEGORY,
                category_id=str(shelves[shelf]),
            )
    for amount, kind, headline, text in BUMPS_BY_TOTAL:
        if kinds[kind]:
            offer = write_offer(kinds[kind][0], headline, text, 100)
            OfferCondition.objects.create(
                offer=offer, kind=OfferCondition.Kind.TOTAL_AT_LEAST, amount=amount
            )


def write_offer(product: Product, headline: str, text: str, priority: int) -> Offer:
    return Offer.objects.create(
        name=f"Bump: {headline}",
        kind=Offer.Kind.BUMP,
        product=product,
        headline=headline,
        text=text,
        priority=priority,
        state=Offer.State.LIVE,
        **GAINS.get(product.product_type, {}),
    )


def write_relations(products: Sequence[Product]) -> None:
    """The most popular products of the one kind point to the most popular of the other, by the
    same brand where there is one."""
    kinds = by_kind(products)
    ProductRelation.objects.bulk_create(
        ProductRelation(
            anchor=anchor,
            suggested=companion(anchor, kinds[suggested_kind]),
            kind=relation,
            note="These belong together.",
        )
        for anchor_kind, suggested_kind, relation in tqdm(PINS, "Pinned relations")
        if kinds[suggested_kind]
        for anchor in kinds[anchor_kind][:ANCHORS_PER_PIN]
    )


def companion(anchor: Product, offered: Sequence[Product]) -> Product:
    same_brand = (product for product in offered if product.brand == anchor.brand)
    return next(same_brand, offered[0])
