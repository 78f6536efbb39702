"""Carts, shops and rules: by name in one line each, and small ones at random."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from xsell.pricing.quoting import quote
from xsell.values import (
    Benefit,
    BenefitKind,
    Cart,
    CartLine,
    PriceContext,
    PriceRule,
    ProductDetails,
    Quote,
    RulePart,
)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
PRODUCTS = ("apron", "bowl", "cup", "dish")


def line(product: str, price: str, quantity: int = 1, ref: str = "", **fields: Any) -> CartLine:
    """A line, by default named like its product."""
    return CartLine(ref or product, product, quantity, Decimal(price), **fields)


def cart(*lines: CartLine, currency: str = "EUR") -> Cart:
    """A cart."""
    return Cart("cart-1", currency, lines)


def details(
    product: str, price: str = "10.00", currency: str = "EUR", **fields: Any
) -> ProductDetails:
    """What the shop says of a product."""
    known = {"is_available": True, "tax_rate": Decimal("0.19"), "price_includes_tax": True}
    return ProductDetails(
        product, product.title(), "", Decimal(price), currency, family=product, **known | fields
    )


def shop(*products: ProductDetails) -> PriceContext:
    """What the shop says of these products."""
    return PriceContext({it.product_id: it for it in products})


def part(*products: str, n: int = 1, required: bool = True) -> RulePart:
    """So many units of one product, or of several mixed."""
    return RulePart(products, n, required)


def rule(benefit: Benefit, *parts: RulePart, source: str = "bundle:1", **fields: Any) -> PriceRule:
    """A rule."""
    return PriceRule(source, source, parts, benefit, **fields)


def percent(percent: str) -> Benefit:
    return Benefit(BenefitKind.PERCENT, percent=Decimal(percent))


def amount(amount: str, currency: str = "EUR") -> Benefit:
    return Benefit(BenefitKind.AMOUNT, amount=Decimal(amount), currency=currency)


def fixed(price: str, currency: str = "EUR") -> Benefit:
    return Benefit(BenefitKind.FIXED_PRICE, amount=Decimal(price), currency=currency)


def gift(product: str) -> Benefit:
    return Benefit(BenefitKind.GIFT, gift_id=product)


def code(code: str) -> Benefit:
    return Benefit(BenefitKind.CODE, code=code)


CHEAPEST_FREE = Benefit(BenefitKind.CHEAPEST_FREE)
FREE_SHIPPING = Benefit(BenefitKind.FREE_SHIPPING)
NOTHING = Benefit(BenefitKind.NONE)


def quoted(held: Cart, *rules: PriceRule, shop: PriceContext | None = None) -> Quote:
    """The quote at NOW."""
    return quote(held, rules, shop or PriceContext(), NOW)


# ------------------------------------------------------------------------------------ at random

CURRENCIES = st.sampled_from(["EUR", "EUR", "JPY", "KWD"])
PRICES = st.sampled_from(
    [*("0", "0.01", "0.335", "1", "2.50", "3.333", "4.99", "5", "9.995", "10", "12.34", "20")]
).map(Decimal)
RATES = st.sampled_from([None, Decimal(0), Decimal("0.07"), Decimal("0.19"), Decimal("0.055")])


@st.composite
def carts(draw: st.DrawFn, most_lines: int = 4, most_units: int = 3) -> Cart:
    """A cart of a few lines, some of one product."""
    held = draw(
        st.lists(
            st.tuples(st.sampled_from(PRODUCTS), st.integers(1, most_units), PRICES, RATES),
            min_size=1,
            max_size=most_lines,
        )
    )
    lines = [CartLine(f"line-{n}", *it) for n, it in enumerate(held)]
    return Cart("cart-1", draw(CURRENCIES), tuple(lines))


@st.composite
def shops(draw: st.DrawFn, currency: str) -> PriceContext:
    """What a shop says of some of the products."""
    known = draw(st.sets(st.sampled_from(PRODUCTS)))
    costs = st.none() | PRICES.map(lambda price: price * Decimal("0.8"))
    return PriceContext(
        {
            product: details(
                product,
                currency=currency,
                is_available=draw(st.integers(0, 9)) > 0,
                stock=draw(st.none() | st.integers(0, 5)),
                unit_cost=draw(costs),
                tax_rate=draw(RATES),
                price_includes_tax=draw(st.sampled_from([True, False, None])),
            )
            for product in sorted(known)
        }
    )


@st.composite
def benefits(draw: st.DrawFn, currency: str, kinds: tuple[BenefitKind, ...]) -> Benefit:
    kind = draw(st.sampled_from(kinds))
    in_money = kind in (BenefitKind.AMOUNT, BenefitKind.FIXED_PRICE)
    return Benefit(
        kind,
        percent=draw(st.sampled_from([5, 10, 33, 50, 100]).map(Decimal)),
        amount=draw(PRICES),
        currency=draw(st.sampled_from([currency] * 9 + ["USD"])) if in_money else "",
        gift_id=draw(st.sampled_from(PRODUCTS)),
        code="WELCOME",
    )


MONEY = (
    BenefitKind.PERCENT,
    BenefitKind.AMOUNT,
    BenefitKind.FIXED_PRICE,
    BenefitKind.CHEAPEST_FREE,
)
PARTS = st.builds(
    RulePart,
    st.lists(st.sampled_from(PRODUCTS), min_size=1, max_size=3, unique=True).map(tuple),
    st.integers(1, 2),
    st.booleans(),
)


@st.composite
def rules(
    draw: st.DrawFn,
    currency: str,
    kinds: tuple[BenefitKind, ...] = MONEY,
    *,
    has_levels: bool = False,
    most: int = 3,
) -> list[PriceRule]:
    """A few rules, each with a source of its own."""
    found = []
    for number in range(draw(st.integers(1, most))):
        parts = tuple(draw(st.lists(PARTS, min_size=1, max_size=3)))
        fewest = st.none() | st.integers(1, len(parts))
        levels = {
            "precedence": draw(st.sampled_from([None, None, 1, 2])),
            "is_exclusive": draw(st.integers(0, 4)) == 0,
        }
        found.append(
            PriceRule(
                f"bundle:{number}",
                f"Bundle {number}",
                parts,
                draw(benefits(currency, kinds)),
                fewest_parts=draw(fewest),
                most_times=draw(st.sampled_from([None, None, 1, 2])),
                least_margin_percent=draw(st.sampled_from([0, 0, 10, 25]).map(Decimal)),
                ends_at=draw(st.sampled_from([None] * 9 + [NOW - timedelta(hours=1)])),
                **levels if has_levels else {},
            )
        )
    return found


@st.composite
def cases(
    draw: st.DrawFn,
    kinds: tuple[BenefitKind, ...] = MONEY,
    *,
    has_levels: bool = False,
    most_lines: int = 4,
) -> tuple[Cart, PriceContext, list[PriceRule]]:
    """A cart, its shop and some rules."""
    held = draw(carts(most_lines=most_lines))
    shop = draw(shops(held.currency))
    return held, shop, draw(rules(held.currency, kinds, has_levels=has_levels))
