"""What pricing a large cart costs the shop, the rules alone and with the database.

`python -m tests.benchmarks.quoting` takes the database that XSELL_DATABASE names, makes a test
database there (on SQLite a file) and drops it. The cart holds 100 of the 150 most popular products
(1.6 units of each on average); 500 bundles are live, each of 2 to 4 of those 150, and 500 offers,
each on a product of the cart, of which this shopper took so many as the row says. `quote` is the
pure quote, `price_cart` everything from the request on, with its queries. Milliseconds: the median,
the tenth centile (what a machine that others use too would give if they did not) and the 99th.
`cpu` is the median of the thread's own time. `greedy` is what the search adds to the stated greedy,
in percent of the saving.
"""

import argparse
import os
import random
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

import django
import numpy as np
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.benchmarks.completing import own_database

LINES, POPULAR, BUNDLES, OFFERS = 100, 150, 500, 500
PERCENTS = (5, 10, 15, 20)
CURRENCY = "USD"  # the demo shop's


def shop_of(dice: random.Random) -> tuple[Any, list[Any]]:
    """A cart of popular products, and the offers on them; 500 bundles are live."""
    from tests import factories as make
    from xsell.models import Bundle, BundleItem

    shelf = make.CategoryFactory()
    products = [
        make.ProductFactory(category=shelf, price=Decimal(dice.randint(99, 4999)) / 100, stock=50)
        for _ in range(POPULAR)
    ]
    cart = make.CartFactory()
    for product in dice.sample(products, LINES):
        make.CartLineFactory(cart=cart, product=product, quantity=dice.choice([1, 1, 1, 2, 3]))
    for number in range(BUNDLES):
        items = dice.sample(products, dice.choice([2, 2, 3, 3, 4]))
        apart = sum(it.price for it in items)
        terms = dice.choice(
            [
                *({"saving_percent": Decimal(it)} for it in PERCENTS),
                {"benefit": "amount", "benefit_amount": (apart / 9).quantize(Decimal("0.01"))},
                {
                    "benefit": "fixed_price",
                    "benefit_amount": (apart * 8 / 9).quantize(Decimal(1)),
                },
            ]
        )
        if "benefit" in terms:
            terms |= {"saving_percent": None, "benefit_currency": CURRENCY}
        bundle = Bundle.objects.create(name=f"Bundle {number}", is_live=True, **terms)
        BundleItem.objects.bulk_create(
            BundleItem(bundle=bundle, product=it, position=n) for n, it in enumerate(items)
        )
    held = [line.product for line in cart.lines.select_related("product")]
    return cart, [offer_on(held[number % LINES], number, dice) for number in range(OFFERS)]


def offer_on(product: Any, number: int, dice: random.Random) -> Any:
    from xsell.models import Offer

    terms = dice.choice(
        [
            *({"benefit": "percent", "saving_percent": Decimal(it)} for it in PERCENTS),
            {"benefit": "free_shipping"},
            {"benefit": "code", "code": f"CODE-{number}"},
        ]
    )
    return Offer.objects.create(
        name=f"Offer {number}", product=product, headline="With it?", state="live", **terms
    )


def take(offers: list[Any], cart: Any) -> None:
    """The cart's shopper took these, just now."""
    from xsell.models import Acceptance
    from xsell.selection.terms import offer_record

    now = timezone.now()
    Acceptance.objects.bulk_create(
        Acceptance(
            key=f"click-{offer.pk}",
            kind=Acceptance.Kind.OFFER,
            offer=offer,
            product_id=offer.product_id,
            cart_ref=str(cart.pk),
            terms=offer_record(offer),
            accepted_at=now,
            expires_at=now + timedelta(hours=2),
        )
        for offer in offers
    )


def request_for(cart: Any) -> Any:
    from django.contrib.auth.models import AnonymousUser
    from django.contrib.sessions.backends.signed_cookies import SessionStore

    request = RequestFactory().get("/cart/")
    request.user, request.session = AnonymousUser(), SessionStore()
    request.session["cart_id"] = cart.pk
    return request


def timed(call: Callable[[], object], repeats: int) -> str:
    """Median, tenth and 99th centile by the clock, and the median of the thread's own time."""
    call()
    clock, own = [], []
    for _ in range(repeats):
        begun, begun_own = time.perf_counter(), time.thread_time()
        call()
        clock.append(1_000 * (time.perf_counter() - begun))
        own.append(1_000 * (time.thread_time() - begun_own))
    centiles = np.quantile(clock, (0.5, 0.1, 0.99))
    return "{:10.2f}{:7.2f}{:7.2f}{:7.2f}".format(*centiles, np.median(own))


def row(name: str, request: Any, repeats: int) -> str:
    from xsell.pricing import packing
    from xsell.services import pricing

    with mock.patch.object(pricing, "quote", wraps=pricing.quote) as seen:
        found = pricing.price_cart(request)
    terms = seen.call_args.args
    with CaptureQueriesContext(connection) as queries:
        pricing.price_cart(request)
    with mock.patch.object(packing, "improved", return_value=False):
        greedy = pricing.quote(*terms).saving
    gap = 100 * (found.saving - greedy) / found.saving
    return (
        f"{name:>14}{timed(lambda: pricing.quote(*terms), repeats)}"
        f"{timed(lambda: pricing.price_cart(request), repeats)}{len(queries):9}"
        f"{len(terms[1]):7}{len(found.applied):9}{found.is_exact!s:>7}{gap:9.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_shop.settings")
    django.setup()
    with own_database():
        dice = random.Random(options.seed)
        cart, offers = shop_of(dice)
        request = request_for(cart)
        print(f"{connection.vendor}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        names = "".join(f"{it:>10}{'p10':>7}{'p99':>7}{'cpu':>7}" for it in ("quote", "price_cart"))
        print(f"{'offers taken':>14}{names}{'queries':>9}{'rules':>7}{'applied':>9}{'exact':>7}"
              f"{'greedy':>9}")  # fmt: skip
        dice.shuffle(offers)
        n_taken = 0
        for wanted in (0, 10, LINES, OFFERS):
            take(offers[n_taken:wanted], cart)
            n_taken = wanted
            print(row(str(n_taken), request, options.repeats), flush=True)


if __name__ == "__main__":
    main()
