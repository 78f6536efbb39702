"""Bundles of products that are bought together far more often than by chance."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tqdm import tqdm

from demo_shop.models import Product
from xsell.models import Bundle, BundleItem, CoPurchase

MOST_BUNDLES = 40
FEWEST_ORDERS = 60
LEAST_LIFT = 5
SAVING_PERCENT = {2: Decimal(5), 3: Decimal(10)}


def write_bundles(products: Sequence[Product]) -> None:
    """Pairs, and triples where a third product sells with both; a product is in one bundle."""
    known = {product.pk: product for product in products}
    pairs = strong_pairs(known)
    together = {frozenset(pair) for pair in pairs}
    taken: set[int] = set()
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
