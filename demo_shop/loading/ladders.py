"""Tier ladders: the same thing as private label, national brand, premium or organic, and in
larger packs. Every word in a ladder's table is in the data: kind, brand, size, price."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tqdm import tqdm

from demo_shop.models import Product
from xsell.models import Tier, TierBenefit, TierLadder

# Kinds that differ in quality only, the plainest first; products of one size are compared.
FAMILIES = (
    ("Value Frozen Pizza", "Frozen Pizza", "Premium Frozen Pizza"),
    ("Value Frozen Dinner", "Premium Frozen Dinner"),
    ("Value Pasta Sauce", "Pasta Sauce", "Premium Pasta Sauce"),
    ("Value Hot Dogs", "Premium Hot Dogs", "Premium Beef Hot Dogs"),
    ("Everyday Bacon", "Premium Bacon"),
    ("Ice Cream", "Premium Ice Cream"),
    ("Premium Ice Cream Pint", "Super Premium Ice Cream Pint"),
    ("Ice Cream Bars", "Premium Ice Cream Bars"),
    ("Value Dry Dog Food", "Dry Dog Food", "Premium Dry Dog Food"),
    ("Canned Dog Food", "Gourmet Canned Dog Food"),
    ("Value Dry Cat Food", "Dry Cat Food", "Premium Dry Cat Food"),
    ("Canned Cat Food", "Gourmet Canned Cat Food"),
    ("Value Wine", "Table Wine", "Premium Wine", "Ultra Premium Wine"),
    ("Paper Plates", "Premium Plates"),
    ("White Sandwich Bread", "Premium Loaf"),
    ("Fresh Milk", "Organic Milk"),
    ("Large Eggs", "Natural Eggs"),
    ("Yogurt", "Natural Yogurt"),
    ("Baby Carrots", "Organic Carrots"),
    ("Gala Apples", "Organic Apples"),
    ("Garden Salad Mix", "Organic Salad Mix"),
    ("Broccoli Crowns", "Organic Broccoli & Cauliflower"),
)
LADDERS_PER_FAMILY = 6
MOST_LADDERS = 500
ALIKE = Decimal("0.2")
"""Two packs are of one size when they differ by no more than this share."""


@dataclass(frozen=True, slots=True)
class Rung:
    product: Product
    label: str
    headline: str
    benefits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    name: str
    rungs: tuple[Rung, ...]
    recommended: int
    offers_downsell: bool = False


def write_ladders(products: Sequence[Product]) -> None:
    """Ladders of distinct products: a product stands on one ladder only."""
    taken: set[int] = set()
    ladders = []
    for ladder in candidates(products):
        keys = {rung.product.pk for rung in ladder.rungs}
        if len(ladders) < MOST_LADDERS and not keys & taken:
            taken |= keys
            ladders.append(ladder)
    saved = TierLadder.objects.bulk_create(
        TierLadder(name=ladder.name, offers_downsell=ladder.offers_downsell) for ladder in ladders
    )
    for row, ladder in tqdm(zip(saved, ladders, strict=True), "Ladders", len(ladders)):
        write_rungs(row, ladder)


def write_rungs(row: TierLadder, ladder: Ladder) -> None:
    tiers = Tier.objects.bulk_create(
        Tier(
            ladder=row,
            product=rung.product,
            rank=place,
            label=rung.label,
            headline=rung.headline,
            is_recommended=place == ladder.recommended,
        )
        for place, rung in enumerate(ladder.rungs, 1)
    )
    TierBenefit.objects.bulk_create(
        TierBenefit(tier=tier, feature=feature, value=value[:60], position=position)
        for tier, rung in zip(tiers, ladder.rungs, strict=True)
        for position, (feature, value) in enumerate(rung.benefits)
    )


def candidates(products: Sequence[Product]) -> Iterator[Ladder]:
    """Families first, for they say most; then own label to national brand; then larger packs."""
    by_kind: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        by_kind[product.product_type].append(product)
    for family in FAMILIES:
        yield from family_ladders([by_kind[kind] for kind in family if by_kind[kind]])
    for same_kind in by_kind.values():
        yield from brand_ladders(same_kind)
        yield from size_ladders(same_kind)


def family_ladders(kinds: list[list[Product]]) -> Iterator[Ladder]:
    """From each popular product of the plainest kind up to its like in the better kinds."""
    if len(kinds) < 2:
        return
    used: set[int] = set()
    made = 0
    for first in kinds[0]:
        steps = [first]
        for better in kinds[1:]:
            found = next(
                (each for each in better if each.pk not in used and is_step(steps[-1], each)), None
            )
            if found:
                steps.append(found)
        if len(steps) > 1 and made < LADDERS_PER_FAMILY:
            made += 1
            used.update(step.pk for step in steps)
            yield Ladder(
                name=f"{steps[0].product_type} to {steps[-1].product_type}",
                rungs=tuple(
                    Rung(
                        step,
                        quality(step),
                        "",
                        (("Kind", step.product_type), *about(steps, place)),
                    )
                    for place, step in enumerate(steps)
                ),
                recommended=len(steps) if len(steps) == 2 else 2,
            )


def quality(product: Product) -> str:
    """Good words that the kind itself uses."""
    for word in ("Super Premium", "Ultra Premium", "Premium", "Organic", "Natural", "Gourmet"):
        if product.product_type.startswith(word):
            return word
    return "Value" if product.product_type.startswith("Value") else "Classic"


def brand_ladders(same_kind: list[Product]) -> Iterator[Ladder]:
    """Our own label, and the most popular national brand of the same size that costs more."""
    own = [product for product in same_kind if product.is_private_label]
    national = [product for product in same_kind if not product.is_private_label and product.brand]
    used: set[int] = set()
    for first in own:
        found = next(
            (each for each in national if each.pk not in used and is_step(first, each)), None
        )
        if found is None:
            continue
        used.add(found.pk)
        yield Ladder(
            name=f"{first.product_type}: own label and national brand",
            rungs=(
                Rung(first, "Our own label", "Costs less", about((first, found), 0)),
                Rung(found, "National brand", "", about((first, found), 1)),
            ),
            recommended=1,
        )


def size_ladders(same_kind: list[Product]) -> Iterator[Ladder]:
    """One brand in two or three sizes, when the larger pack is cheaper by the ounce."""
    by_brand: dict[tuple[str, str], list[Product]] = defaultdict(list)
    for product in same_kind:
        if product.measure and product.brand:
            by_brand[product.brand, product.measure_unit].append(product)
    for products in by_brand.values():
        steps = growing(products)
        if len(steps) > 1:
            yield Ladder(
                name=f"{steps[0].brand} {steps[0].product_type}: sizes",
                rungs=tuple(size_rungs(steps)),
                recommended=len(steps),
                offers_downsell=True,  # who does not want more may want less
            )


def growing(products: Iterable[Product]) -> list[Product]:
    """At most three sizes, each at least a third larger, dearer, and cheaper per unit."""
    steps: list[Product] = []
    for product in sorted(products, key=lambda each: (each.measure, -each.n_orders)):
        if not steps or (
            product.measure >= steps[-1].measure * Decimal("1.33")
            and product.price > steps[-1].price
            and product.price_per_unit < steps[-1].price_per_unit * Decimal("0.97")
        ):
            steps.append(product)
    return steps[:1] + steps[-2:] if len(steps) > 3 else steps


def size_rungs(steps: list[Product]) -> Iterator[Rung]:
    labels = {2: ("Regular", "Family size"), 3: ("Small", "Regular", "Family size")}[len(steps)]
    for product, label in zip(steps, labels, strict=True):
        saved = 1 - product.price_per_unit / steps[0].price_per_unit
        percent = int(saved * 100)
        unit, smallest = product.measure_unit, steps[0].size
        headline = f"{percent}% less per {unit} than in {smallest}" if percent else ""
        yield Rung(product, label, headline, (("Size", product.size), per_unit(product)))


def per_unit(product: Product) -> tuple[str, str]:
    cents = product.price_per_unit * 100
    return f"Price per {product.measure_unit}", f"{cents:.1f}¢"


def about(steps: Sequence[Product], place: int) -> tuple[tuple[str, str], ...]:
    """Brand of a step, and its size if all steps are of one size ("1 lb" is "16 oz"): a slightly
    smaller pack stands in the title, it is nothing to gain."""
    told = [("Brand", steps[place].brand or "None")]
    if steps[0].size and len({step.measure or step.size for step in steps}) == 1:
        told.append(("Size", steps[0].size))
    return tuple(told)


def is_step(lower: Product, higher: Product) -> bool:
    """Dearer, and of the same size as far as the data says; not more than three times the price,
    for then it is another thing."""
    if not lower.price < higher.price <= lower.price * 3:
        return False
    if lower.measure and higher.measure:
        if lower.measure_unit != higher.measure_unit:
            return False
        return abs(lower.measure - higher.measure) <= ALIKE * lower.measure
    return lower.size == higher.size
