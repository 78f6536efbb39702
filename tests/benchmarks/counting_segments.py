"""What it costs to count segments, and to estimate the size of one.

`python -m tests.benchmarks.counting_segments` takes the database that XSELL_DATABASE names, makes a
test database there (on SQLite a file) and drops it. Customers have 40 order lines each, of 5,000
products; 50 segments of every kind of rule are counted. `memory` is the most that the process held
while counting, beyond what it held before. An estimate is timed by the thread's own time: what a
machine gives that others do not use.
"""

import argparse
import os
import random
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django
from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.benchmarks.completing import own_database

PRODUCTS, LINES_EACH, PER_ORDER, SEGMENTS = 5_000, 40, 4, 50


def fill(n_customers: int, dice: random.Random) -> list[Any]:
    """Customers with their orders; return the products."""
    from django.contrib.auth import get_user_model

    from demo_shop.models import Order, OrderLine, Product
    from tests import factories as make

    shelves = make.CategoryFactory.create_batch(60)
    products = Product.objects.bulk_create(
        make.ProductFactory.build(category=dice.choice(shelves), brand=f"Brand {n % 60}")
        for n in range(PRODUCTS)
    )
    users, now = get_user_model(), timezone.now()
    customers = users.objects.bulk_create(users(username=f"c{n}") for n in range(n_customers))
    for customer in customers:
        orders = Order.objects.bulk_create(
            Order(
                number=f"{customer.pk}-{n}",
                customer=customer,
                placed_at=now - timedelta(days=dice.randrange(900)),
                total=Decimal(20),
            )
            for n in range(LINES_EACH // PER_ORDER)
        )
        OrderLine.objects.bulk_create(
            make.OrderLineFactory.build(order=order, product=dice.choice(products))
            for order in orders
            for _ in range(PER_ORDER)
        )
    return products


def add_segments(products: list[Any], dice: random.Random) -> None:
    from xsell.models import Segment, SegmentRule

    operands: list[dict[str, Any]] = [
        {"kind": "orders_at_least", "amount": 3, "within_days": 90},
        {"kind": "spent_at_least", "amount": 100},
        {"kind": "average_at_least", "amount": 10},
        {"kind": "bought_product", "product": products[0]},
        {"kind": "bought_category", "category_id": str(products[1].category_id)},
        {"kind": "bought_with", "fact": "Brand", "value": "Brand 7"},
        {"kind": "last_order_before", "days": 60},
        {"kind": "first_order_before", "days": 365},
        {"kind": "fact_is", "fact": "language", "value": "en-us"},
    ]
    for number in range(SEGMENTS):
        segment = Segment.objects.create(name=f"Segment {number}")
        for _ in range(3):
            negated, group = dice.random() < 0.3, dice.choice([1, 2])
            columns = dice.choice(operands)
            SegmentRule.objects.create(segment=segment, group=group, is_negated=negated, **columns)


def measure() -> str:
    """One row: what the count took, and what an estimate takes then."""
    from xsell.adapters import get_adapter
    from xsell.selection.segment_sizes import estimate_size
    from xsell.selection.segments import stored_segments
    from xsell.services.progress import Steps
    from xsell.services.segments import count_segments

    idle, steps = Steps(), Steps()
    reset_queries()
    with idle.step("idle"):
        segments = stored_segments()
    with steps.step("count"):
        found = count_segments()
    took = []
    with CaptureQueriesContext(connection) as queries:
        estimate_size(get_adapter(), segments[0], timezone.now())
    for segment in segments[:20]:
        began = time.thread_time()
        estimate_size(get_adapter(), segment, timezone.now())
        took.append(1000 * (time.thread_time() - began))
    members = sum(it["members"] for it in found["segments"])
    more = steps.memory_mb["count"] - idle.memory_mb["idle"]
    return (
        f"{found['customers']:>10,}{found['lines']:>12,}{members:>12,}"
        f"{steps.seconds['count']:>10.1f}{more:>10}{sorted(took)[10]:>12.0f}{max(took):>10.0f}"
        f"{len(queries):>9}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", nargs="*", type=int, default=[1_000, 10_000])
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_shop.settings")
    django.setup()
    print(f"{connection.vendor}, {SEGMENTS} segments; count: seconds and MB, estimate: ms")
    print(
        f"{'customers':>10}{'lines':>12}{'members':>12}{'count':>10}{'memory':>10}"
        f"{'estimate':>12}{'worst':>10}{'queries':>9}"
    )
    for n_customers in options.customers:
        with own_database():
            dice = random.Random(6)
            add_segments(fill(n_customers, dice), dice)
            print(measure(), flush=True)


if __name__ == "__main__":
    main()
