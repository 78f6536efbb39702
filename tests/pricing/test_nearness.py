"""One more unit: the look-up finds what the quote, asked of everything, finds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pricing.carts import NOW, PRODUCTS, cart, details, line
from xsell.pricing.nearness import (
    brings_a_discount,
    completing,
    gain_of,
    times_of,
    with_one_more,
)
from xsell.pricing.quoting import quote
from xsell.values import Benefit, BenefitKind, PriceContext, PriceRule, RulePart

PRICE = Decimal("10.00")
SHOP = PriceContext({name: details(name, "10.00") for name in PRODUCTS})
OFF = Benefit(BenefitKind.PERCENT, percent=Decimal(10))


def rule(*parts, source="bundle:1", benefit=OFF, **fields):
    return PriceRule(source, "Bundle", parts, benefit, **fields)


APRON, BOWL = RulePart(("apron",), 1), RulePart(("bowl",), 1)
TWO_CUPS = RulePart(("cup",), 2)
ANY_THREE = RulePart(("apron", "bowl", "cup"), 3)


@pytest.mark.parametrize(
    ("terms", "units", "found"),
    [
        (rule(APRON, BOWL), {"apron": 1}, ("bowl",)),
        (rule(APRON, BOWL), {"apron": 1, "bowl": 1}, ()),
        (rule(APRON, BOWL), {"apron": 2, "bowl": 1}, ("bowl",)),
        (rule(APRON, BOWL, most_times=1), {"apron": 2, "bowl": 1}, ()),
        (rule(APRON, TWO_CUPS), {"apron": 1}, ()),
        (rule(APRON, TWO_CUPS), {"apron": 1, "cup": 1}, ("cup",)),
        (rule(APRON, TWO_CUPS), {"cup": 1}, ()),
        (rule(ANY_THREE), {"apron": 1, "cup": 1}, ("apron", "bowl", "cup")),
        (rule(ANY_THREE), {"apron": 4}, ()),
        (rule(APRON, BOWL, TWO_CUPS, fewest_parts=2), {"apron": 1, "cup": 1}, ("bowl", "cup")),
        (rule(APRON, BOWL), {}, ()),
    ],
)
def test_what_one_unit_makes_whole(terms, units, found):
    if terms.fewest_parts:
        optional = tuple(RulePart(it.product_ids, it.quantity, False) for it in terms.parts)
        terms = rule(*optional, fewest_parts=terms.fewest_parts)
    assert completing(terms, units) == found


def test_one_more_joins_the_line_without_options():
    plain, wrapped = line("cup", "10.00"), line("cup", "10.00", ref="w", options={"gift": "yes"})
    more = with_one_more(cart(wrapped, plain), "cup", PRICE)
    assert [it.quantity for it in more.lines] == [1, 2]
    apart = with_one_more(cart(wrapped), "cup", PRICE)
    assert [(it.quantity, dict(it.options)) for it in apart.lines] == [
        (1, {"gift": "yes"}),
        (1, {}),
    ]


@pytest.mark.parametrize(
    ("benefit", "held", "product", "brings"),
    [
        (OFF, ["apron"], "bowl", True),
        (OFF, ["apron", "bowl"], "bowl", False),
        (OFF, ["apron"], "cup", False),
        (OFF, ["apron"], "unknown", False),
        (Benefit(BenefitKind.FREE_SHIPPING), ["apron"], "bowl", True),
        (Benefit(BenefitKind.AMOUNT, amount=Decimal(1), currency="USD"), ["apron"], "bowl", False),
        (
            Benefit(BenefitKind.FIXED_PRICE, amount=Decimal(30), currency="EUR"),
            ["apron"],
            "bowl",
            False,
        ),
    ],
)
def test_whether_a_product_brings_a_discount(benefit, held, product, brings):
    holding = cart(*(line(name, "10.00") for name in held))
    terms = [rule(APRON, BOWL, benefit=benefit)]
    assert brings_a_discount(holding, product, terms, SHOP, NOW) is brings


def test_what_an_exclusive_rule_keeps_to_itself_brings_nothing():
    holding = cart(line("apron", "10.00"), line("cup", "10.00"))
    pair = RulePart(("cup",), 1)
    exclusive = rule(APRON, pair, source="bundle:2", is_exclusive=True)
    assert not brings_a_discount(holding, "bowl", [rule(APRON, BOWL), exclusive], SHOP, NOW)


# --------------------------------------------------------------------------------------------- laws

parts = st.lists(
    st.tuples(st.sets(st.sampled_from(PRODUCTS), min_size=1, max_size=2), st.integers(1, 3)),
    min_size=1,
    max_size=3,
)
units = st.dictionaries(st.sampled_from(PRODUCTS), st.integers(1, 5), min_size=1)


@st.composite
def rules(draw):
    """A rule whose parts share no product, as no bundle has one twice."""
    seen, own = set(), []
    for products, quantity in draw(parts):
        free = tuple(sorted(products - seen))
        seen |= products
        if free:
            own.append(RulePart(free, quantity, draw(st.booleans())))
    fewest = draw(st.none() | st.integers(1, len(own)))
    return rule(*own, fewest_parts=fewest, most_times=draw(st.none() | st.integers(1, 3)))


@given(rules(), units)
def test_the_look_up_finds_just_what_makes_the_quote_hold_once_more(terms, held):
    holding = cart(*(line(name, "10.00", n) for name, n in held.items()))
    before = quote(holding, [terms], SHOP, NOW)
    found = set(completing(terms, holding.units))
    for name in PRODUCTS:
        after = quote(with_one_more(holding, name, PRICE), [terms], SHOP, NOW)
        holds_more = times_of(after, terms.source) > times_of(before, terms.source)
        assert not holds_more or name in found, name
        gain = gain_of(before, after, terms.source)
        assert (gain > 0) is holds_more
        assert brings_a_discount(holding, name, [terms], SHOP, NOW) is holds_more
