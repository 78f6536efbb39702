"""What choosing among thousands of offers costs a page.

`python -m tests.benchmarks.selecting` takes the database that XSELL_DATABASE names, makes a test
database there (on SQLite a file) and drops it. The cart holds 20 of 2,000 products; 2,000 offers
are live, each with one to three conditions (a product or one of several, a category, a total, a
weekday, hours, a segment), half of them limited, all with caps; 200 segments ask for facts and for
what was bought; the shopper is a customer with 60 orders who has answered 30 offers. `checkout`
fills the place for bumps of a new page, as each request does, `cart` the cart's with offers, pins
and mined rows. Milliseconds: the median, the 99th centile, the tenth (what a machine that others
use too would give if they did not), and the median of the thread's own time. `after a change` is
the first page after a merchandiser saved an offer: all rules are read again.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django
import numpy as np
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.benchmarks.completing import own_database

LINES, PRODUCTS, OFFERS, SEGMENTS, ORDERS, ANSWERS = 20, 2_000, 2_000, 200, 60, 30
SHELVES, AISLES = 100, 12


def stock(dice: random.Random) -> list[Any]:
    from demo_shop.models import Category, Product
    from tests import factories as make

    aisles = [make.CategoryFactory(parent=None) for _ in range(AISLES)]
    shelves = [make.CategoryFactory(parent=dice.choice(aisles)) for _ in range(SHELVES)]
    Product.objects.bulk_create(
        make.ProductFactory.build(
            category=dice.choice(shelves),
            price=Decimal(dice.randint(99, 4999)) / 100,
            brand=f"Brand {dice.randint(1, 60)}",
        )
        for _ in range(PRODUCTS)
    )
    assert Category.objects.count() == AISLES + SHELVES
    return list(Product.objects.select_related("category"))


def segments_of(products: list[Any], dice: random.Random) -> list[Any]:
    from xsell.models import Segment, SegmentRule

    kinds: list[Callable[[], dict[str, Any]]] = [
        lambda: {"kind": "orders_at_least", "amount": dice.randint(1, 90)},
        lambda: {"kind": "spent_at_least", "amount": dice.randint(10, 4000)},
        lambda: {"kind": "bought_product", "product": dice.choice(products)},
        lambda: {
            "kind": "bought_category",
            "category_id": str(dice.choice(products).category_id),
            "within_days": dice.choice([None, 30, 90]),
        },
        lambda: {"kind": "bought_with", "fact": "Brand", "value": f"Brand {dice.randint(1, 60)}"},
        lambda: {"kind": "last_order_before", "days": dice.randint(1, 90)},
        lambda: {"kind": "fact_is", "fact": "country", "value": dice.choice(["US", "DE", "FR"])},
    ]
    segments = [Segment.objects.create(name=f"Segment {number}") for number in range(SEGMENTS)]
    SegmentRule.objects.bulk_create(
        SegmentRule(segment=it, group=1, **dice.choice(kinds)())
        for it in segments
        for _ in range(dice.choice([1, 2]))
    )
    return segments


def offers_on(products: list[Any], segments: list[Any], dice: random.Random) -> list[Any]:
    from xsell.models import Offer, OfferCondition

    def several() -> str:
        return ",".join(str(it.pk) for it in dice.sample(products, 5))

    kinds: list[Callable[[], dict[str, Any]]] = [
        lambda: {"kind": "has_product", "product": dice.choice(products)},
        lambda: {"kind": "any_product", "value": several()},
        lambda: {"kind": "has_category", "category_id": str(dice.choice(products).category_id)},
        lambda: {"kind": "in_segment", "segment": dice.choice(segments)},
    ]
    narrowing: list[Callable[[], dict[str, Any]]] = [
        lambda: {"kind": "total_at_least", "amount": dice.randint(1, 600)},
        lambda: {"kind": "weekdays", "value": "1,2,3,4,5", "is_negated": dice.random() < 0.3},
        lambda: {"kind": "hours", "value": dice.choice(["06:00-18:00", "18:00-06:00"])},
        lambda: {"kind": "units_at_least", "amount": dice.randint(1, 60)},
    ]
    offers = Offer.objects.bulk_create(
        Offer(
            name=f"Offer {number}",
            kind=dice.choice(["bump", "bump", "cross_sell"]),
            state="live",
            product=dice.choice(products),
            headline="With it?",
            priority=dice.randint(1, 200),
            limit_per_customer=dice.choice([None, 3]),
            shown_per_customer=20,
            shown_per_session=5,
            **dice.choice([{}, {"benefit": "percent", "saving_percent": Decimal(10)}]),
        )
        for number in range(OFFERS)
    )
    OfferCondition.objects.bulk_create(
        OfferCondition(offer=it, group=1, **condition)
        for it in offers
        for condition in (
            dice.choice(kinds)(),
            *(narrow() for narrow in dice.sample(narrowing, dice.choice([0, 1, 2]))),
        )
    )
    return offers


def shopper_with(products: list[Any], offers: list[Any], dice: random.Random) -> tuple[Any, Any]:
    """The customer's context and their cart."""
    from demo_shop.models import OrderLine
    from tests import factories as make
    from xsell.adapters import get_adapter
    from xsell.models import Encounter
    from xsell.selection.explaining import imagined_cart

    customer, now = make.UserFactory(), timezone.now()
    for _ in range(ORDERS):
        placed_at = now - timedelta(days=dice.randint(1, 400))
        order = make.OrderFactory(customer=customer, placed_at=placed_at)
        OrderLine.objects.bulk_create(
            make.OrderLineFactory.build(order=order, product=it, unit_price=it.price)
            for it in dice.sample(products[:200], 4)
        )
    Encounter.objects.bulk_create(
        Encounter(source=f"offer:{it.pk}", visit="before", customer_id=str(customer.pk), n_seen=2)
        for it in dice.sample(offers, ANSWERS)
    )
    adapter = get_adapter()
    cart = imagined_cart(adapter, [it.pk for it in dice.sample(products, LINES)])
    return adapter.context_for(str(customer.pk)), cart


def timed(call: Callable[[], object], repeats: int) -> str:
    """Median, 99th and tenth centile by the clock, and the median of the thread's own time."""
    call()
    clock, own = [], []
    for _ in range(repeats):
        begun, begun_own = time.perf_counter(), time.thread_time()
        call()
        clock.append(1_000 * (time.perf_counter() - begun))
        own.append(1_000 * (time.thread_time() - begun_own))
    centiles = np.quantile(clock, (0.5, 0.99, 0.1))
    return "{:10.2f}{:8.2f}{:8.2f}{:8.2f}".format(*centiles, np.median(own))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_shop.settings")
    django.setup()
    from xsell.adapters import get_adapter
    from xsell.models import Offer
    from xsell.selection.pages import Page

    with own_database():
        dice = random.Random(options.seed)
        products = stock(dice)
        offers = offers_on(products, segments_of(products, dice), dice)
        context, cart = shopper_with(products, offers, dice)

        def fill(slug: str) -> Any:
            return Page(get_adapter(), context, cart, timezone.now()).placement(slug)

        def after_a_change() -> None:
            Offer.objects.filter(pk=offers[0].pk).update(priority=dice.randint(1, 200))
            fill("checkout-bump")

        print(f"{connection.vendor}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"{'':>16}{'median':>10}{'p99':>8}{'p10':>8}{'cpu':>8}{'queries':>9}{'shown':>7}")
        for name, slug in (("checkout", "checkout-bump"), ("cart", "cart")):
            content = fill(slug)
            with CaptureQueriesContext(connection) as queries:
                fill(slug)
            told = timed(lambda slug=slug: fill(slug), options.repeats)
            print(f"{name:>16}{told}{len(queries):9}{len(content.suggestions):7}", flush=True)
        print(f"{'after a change':>16}{timed(after_a_change, options.repeats // 10)}")


if __name__ == "__main__":
    main()
