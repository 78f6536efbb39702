"""Carts, shops and rules: by name in one line each, and small ones at random."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
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

# Hypothesis chooses the sizes, which it can shrink, and the seed of the dice for everything else:
# a draw of its own for each figure takes a hundred times as long as the quote.
Case = tuple[Cart, PriceContext, list[PriceRule]]
MONEY = (
    BenefitKind.PERCENT,
    BenefitKind.AMOUNT,
    BenefitKind.FIXED_PRICE,
    BenefitKind.CHEAPEST_FREE,
)
CURRENCIES = ("EUR", "EUR", "JPY", "KWD")
PRICES = [
    *map(
        Decimal,
        ("0", "0.01", "0.335", "1", "2.50", "3.333", "4.99", "5", "9.995", "10", "12.34", "20"),
    )
]
RATES = (None, Decimal(0), Decimal("0.07"), Decimal("0.19"), Decimal("0.055"))
PERCENTS = [*map(Decimal, (5, 10, 33, 50, 100))]
MARGINS = [*map(Decimal, (0, 0, 10, 25))]


@st.composite
def cases(
    draw: st.DrawFn,
    kinds: tuple[BenefitKind, ...] = MONEY,
    *,
    has_levels: bool = False,
    most_lines: int = 4,
    most_rules: int = 3,
) -> Case:
    """A cart of a few lines, some of one product, its shop, and a few rules."""
    n_lines, n_rules = draw(st.integers(1, most_lines)), draw(st.integers(1, most_rules))
    dice = draw(st.randoms(use_true_random=True))
    currency = dice.choice(CURRENCIES)
    lines = [thrown_line(dice, number) for number in range(n_lines)]
    known = [thrown_details(dice, it, currency) for it in PRODUCTS if dice.random() < 0.6]
    rules = [thrown_rule(dice, number, currency, kinds) for number in range(n_rules)]
    if has_levels:
        rules = [
            replace(
                it,
                precedence=dice.choice([None, None, 1, 2]),
                is_exclusive=dice.random() < 0.2,
            )
            for it in rules
        ]
    return cart(*lines, currency=currency), shop(*known), rules


def thrown_line(dice: Random, number: int) -> CartLine:
    return CartLine(
        f"line-{number}",
        dice.choice(PRODUCTS),
        dice.randint(1, 3),
        dice.choice(PRICES),
        dice.choice(RATES),
    )


def thrown_details(dice: Random, product: str, currency: str) -> ProductDetails:
    return details(
        product,
        currency=currency,
        is_available=dice.random() > 0.1,
        stock=dice.choice([None, None, *range(6)]),
        unit_cost=dice.choice([None, dice.choice(PRICES) * Decimal("0.8")]),
        tax_rate=dice.choice(RATES),
        price_includes_tax=dice.choice([True, False, None]),
    )


def thrown_rule(
    dice: Random, number: int, currency: str, kinds: tuple[BenefitKind, ...]
) -> PriceRule:
    kind = dice.choice(kinds)
    in_money = kind in (BenefitKind.AMOUNT, BenefitKind.FIXED_PRICE)
    parts = tuple(
        RulePart(
            tuple(dice.sample(PRODUCTS, dice.choice([1, 1, 2, 3]))),
            dice.choice([1, 1, 2]),
            dice.random() < 0.5,
        )
        for _ in range(dice.choice([1, 2, 2, 3]))
    )
    return PriceRule(
        f"bundle:{number}",
        f"Bundle {number}",
        parts,
        Benefit(
            kind,
            percent=dice.choice(PERCENTS),
            amount=dice.choice(PRICES),
            currency=dice.choice([currency] * 9 + ["USD"]) if in_money else "",
            gift_id=dice.choice(PRODUCTS),
            code="WELCOME",
        ),
        fewest_parts=dice.choice([None, dice.randint(1, len(parts))]),
        most_times=dice.choice([None, None, 1, 2]),
        least_margin_percent=dice.choice(MARGINS),
        ends_at=dice.choice([None] * 9 + [NOW - timedelta(hours=1)]),
    )
