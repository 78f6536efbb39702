"""What deciding 200 segments costs a page, for a customer with 300 purchases.

`python -m tests.benchmarks.segmenting` needs no database. Each segment has one to three groups of
one to three rules of every kind, of which a quarter are negated and half look at the last so many
days. Milliseconds: median, tenth and 99th centile. `indexing` is deciding one segment for each kind
of rule: most of it is what is indexed of the history.
"""

import random
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import quantiles
from typing import Any

import django

SEGMENTS, PURCHASES, PRODUCTS, REPEATS = 200, 300, 5_000, 1_000
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def shelf(dice: random.Random) -> dict[int, Any]:
    from xsell.values import ProductDetails

    return {
        key: ProductDetails(
            product_id=key,
            title=f"Product {key}",
            url="/",
            price=Decimal(10),
            currency="EUR",
            is_available=True,
            family=key - key % 3,
            category_ids=(str(100 + key % 80), str(10 + key % 9), "1"),
            attributes={"Brand": f"Brand {dice.randrange(60)}", "Size": dice.choice("SML")},
        )
        for key in range(PRODUCTS)
    }


def history(dice: random.Random) -> Any:
    from xsell.values import Purchase, history_from

    return history_from(
        Purchase(
            order_ref=f"order-{number // 4}",
            product_id=dice.randrange(PRODUCTS),
            placed_at=NOW - timedelta(days=2 * (number // 4), hours=3),
            quantity=dice.randint(1, 3),
            unit_price=Decimal(dice.randint(99, 9999)) / 100,
        )
        for number in range(PURCHASES)
    )


def a_rule(kind: str, dice: random.Random) -> Any:
    from xsell.selection.segments import compiled_rule

    columns: dict[str, Any] = {
        "kind": kind,
        "is_negated": dice.random() < 0.25,
        "within_days": dice.choice([None, None, None, 7, 30, 90, 180, 365]),
        "fact": {"fact_is": "country", "fact_at_least": "age"}.get(kind, "Brand"),
        "value": {"fact_is": "DE"}.get(kind, f"Brand {dice.randrange(60)}"),
        "amount": Decimal(dice.choice([1, 2, 5, 20, 50, 500])),
        "product_id": dice.randrange(PRODUCTS),
        "category_id": str(100 + dice.randrange(80)),
        "days": dice.choice([1, 30, 60, 90, 365]),
    }
    return compiled_rule(columns)


def segments(dice: random.Random) -> list[Any]:
    from xsell.selection.segments import CompiledSegment, Kind

    kinds = [str(it) for it in Kind]
    return [
        CompiledSegment(
            number,
            f"Segment {number}",
            tuple(
                tuple(a_rule(dice.choice(kinds), dice) for _ in range(dice.randint(1, 3)))
                for _ in range(dice.randint(1, 3))
            ),
        )
        for number in range(SEGMENTS)
    ]


def measure() -> dict[str, tuple[float, float, float]]:
    """Name -> median, tenth and 99th centile in milliseconds."""
    from xsell.selection.segments import CompiledSegment, Kind, segments_of
    from xsell.values import ShopContext

    dice = random.Random(6)
    details, bought, many = shelf(dice), history(dice), segments(dice)
    alone = [CompiledSegment(n, kind, ((a_rule(kind, dice),),)) for n, kind in enumerate(Kind)]
    contestants = {"200 segments": many, "indexing": alone}
    shopper = ShopContext(customer_id="1", country="DE", facts={"age": 34})
    found = {}
    for name, asked in contestants.items():
        took = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            segments_of(asked, shopper, bought, details, NOW)
            took.append(1000 * (time.perf_counter() - began))
        centiles = quantiles(took, n=100)
        found[name] = (centiles[49], centiles[9], centiles[98])
    return found


def main() -> None:
    django.setup()
    print(f"{PURCHASES} purchases; milliseconds\n{'':14}{'median':>9}{'tenth':>9}{'99th':>9}")
    for name, figures in measure().items():
        print(f"{name:14}" + "".join(f"{it:9.2f}" for it in figures))


if __name__ == "__main__":
    main()
