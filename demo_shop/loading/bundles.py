"""Bundles: one of each kind to look at, and those that are bought together anyway."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from tqdm import tqdm

from demo_shop.loading.offers import CURRENCY, by_kind
from demo_shop.models import Product
from xsell.models import Bundle, BundleItem, CoPurchase
from xsell.values import BenefitKind

MOST_BUNDLES = 40
FEWEST_ORDERS = 60
LEAST_LIFT = 5
SAVING_PERCENT = {2: Decimal(5), 3: Decimal(10)}
DIME = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Theme:
    """A bundle of the most popular of some kinds, or of any `mixed` of one kind."""

    name: str
    benefit: BenefitKind
    kinds: tuple[str, ...]
    mixed: int = 0
    fewest: int | None = None


# Costs are 70% of the price: four for the price of three is as far as the margin goes.
THEMES = (
    Theme(
        "Breakfast basket",
        BenefitKind.FIXED_PRICE,
        ("Fresh Milk", "Large Eggs", "100% Orange Juice"),
    ),
    Theme("Any three pizzas", BenefitKind.AMOUNT, ("Frozen Pizza",), mixed=3),
    Theme(
        "Four packs of soda, the cheapest free",
        BenefitKind.CHEAPEST_FREE,
        ("Soda Can Multipack",),
        mixed=4,
    ),
    Theme(
        "Nachos at home, three are enough",
        BenefitKind.PERCENT,
        ("Tortilla Chips", "Shredded Cheese", "Sour Cream", "Soda Bottle"),
        fewest=3,
    ),
)
CHOICE = 6
"""So many products can be mixed."""


def write_bundles(products: Sequence[Product]) -> None:
    """One of each theme, then pairs, and triples where a third product sells with both; a product
    is in one bundle."""
    known = {product.pk: product for product in products}
    taken = write_themes(products)
    pairs = strong_pairs(known)
    together = {frozenset(pair) for pair in pairs}
    bundles = []
    for pair in pairs:
        if taken & set(pair) or len(bundles) == MOST_BUNDLES:
            continue
        third = next(thirds(pair, pairs, together, taken), None)
        keys = [*pair, third] if third else [*pair]
        parts = [known[key] for key in keys]
        if len({part.product_type for part in parts}) < len(parts):
            continue
        taken.update(keys)
        bundles.append(parts)
    for parts in tqdm(bundles, "Bundles"):
        write_bundle(parts)


def write_themes(products: Sequence[Product]) -> set[int]:
    """The themes whose products the shop has. Keys of their products."""
    kinds = by_kind(products)
    taken: set[int] = set()
    for theme in THEMES:
        if theme.mixed:
            parts = kinds[theme.kinds[0]][:CHOICE]
        else:
            parts = [kinds[kind][0] for kind in theme.kinds if kinds[kind]]
        if len(parts) >= (theme.mixed or len(theme.kinds)):
            write_theme(theme, parts)
            taken.update(part.pk for part in parts)
    return taken


def write_theme(theme: Theme, parts: Sequence[Product]) -> None:
    in_money = theme.benefit in (BenefitKind.FIXED_PRICE, BenefitKind.AMOUNT)
    bundle = Bundle.objects.create(
        name=theme.name,
        benefit=theme.benefit.value,
        saving_percent=Decimal(8) if theme.benefit is BenefitKind.PERCENT else None,
        benefit_amount=amount_of(theme, parts) if in_money else None,
        benefit_currency=CURRENCY if in_money else "",
        fewest_items=theme.fewest,
        is_live=True,
    )
    BundleItem.objects.bulk_create(
        BundleItem(
            bundle=bundle,
            product=part,
            position=position,
            quantity=theme.mixed or 1,
            group=1 if theme.mixed else None,
            # The first one makes it what it is.
            is_required=theme.fewest is not None and position == 0,
        )
        for position, part in enumerate(parts)
    )


def amount_of(theme: Theme, parts: Sequence[Product]) -> Decimal:
    """A round price a good tenth below the sum; or as much off the cheapest choice."""
    prices = sorted(part.price for part in parts)
    if theme.benefit is BenefitKind.FIXED_PRICE:
        return (sum(prices) * Decimal("0.88")).quantize(DIME, ROUND_FLOOR)
    return max(DIME, (sum(prices[: theme.mixed]) * Decimal("0.2")).quantize(DIME, ROUND_FLOOR))


def strong_pairs(known: dict[int, Product]) -> list[tuple[int, int]]:
    """Pairs of different kinds, those first that most orders hold. Both conditions matter: a lift
    without many orders is one household's habit, many orders without a lift are milk and bread."""
    mined = CoPurchase.objects.filter(
        run__is_active=True, n_both__gte=FEWEST_ORDERS, lift__gte=LEAST_LIFT
    )
    rows = mined.order_by("-n_both", "pk").values_list("anchor_id", "suggested_id")
    pairs = dict.fromkeys(
        (min(pair), max(pair))
        for pair in rows
        if pair[0] in known
        and pair[1] in known
        and known[pair[0]].product_type != known[pair[1]].product_type
    )
    return list(pairs)


def thirds(
    pair: tuple[int, int],
    pairs: Sequence[tuple[int, int]],
    together: set[frozenset[int]],
    taken: set[int],
) -> Iterator[int]:
    """Products that sell with both of the pair."""
    first, second = pair
    for other in pairs:
        if first in other:
            third = other[0] if other[1] == first else other[1]
            if third not in taken and third != second and frozenset((third, second)) in together:
                yield third


def write_bundle(parts: Sequence[Product]) -> None:
    kinds = [part.product_type for part in parts]
    bundle = Bundle.objects.create(
        name=" + ".join(kinds)[:100],
        saving_percent=SAVING_PERCENT[len(parts)],
        is_live=True,
    )
    BundleItem.objects.bulk_create(
        BundleItem(bundle=bundle, product=part, position=position)
        for position, part in enumerate(parts)
    )
