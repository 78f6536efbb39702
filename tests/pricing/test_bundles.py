import doctest
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xsell.pricing import bundles
from xsell.pricing.bundles import bundle_saving, quote_bundles
from xsell.values import BundleRule, Cart, CartLine

BREAKFAST = BundleRule(1, "Breakfast", (("bread", 1), ("egg", 6)), Decimal(10))
PRICES = {"bread": "2.50", "egg": "0.30", "jam": "3.99"}


def cart_of(*lines, prices=PRICES, currency="EUR"):
    """A cart of (product, quantity) lines."""
    return Cart(
        "c1",
        currency,
        tuple(
            CartLine(f"l{place}", product, quantity, Decimal(prices[product]))
            for place, (product, quantity) in enumerate(lines)
        ),
    )


@pytest.mark.parametrize(
    ("lines", "saving"),
    [
        ([("bread", 1), ("egg", 6)], "0.43"),
        ([("bread", 1), ("egg", 5)], "0"),
        ([("bread", 1)], "0"),
        ([], "0"),
        ([("bread", 2), ("egg", 12)], "0.86"),
        ([("bread", 2), ("egg", 11)], "0.43"),
        ([("bread", 1), ("egg", 6), ("jam", 3)], "0.43"),
        ([("bread", 1), ("egg", 2), ("egg", 4)], "0.43"),
    ],
)
def test_a_bundle_takes_off_its_percent_as_often_as_the_cart_holds_it_whole(lines, saving):
    assert quote_bundles(cart_of(*lines), [BREAKFAST]).saving == Decimal(saving)


def test_it_says_which_bundle_was_held_how_often():
    (applied,) = quote_bundles(cart_of(("bread", 2), ("egg", 12)), [BREAKFAST]).bundles
    assert (applied.bundle_id, applied.name, applied.times) == (1, "Breakfast", 2)
    assert applied.amount == Decimal("0.86")


def test_the_larger_saving_comes_first_and_no_unit_is_used_twice():
    feast = BundleRule(2, "Feast", (("bread", 1), ("jam", 1)), Decimal(20))
    quote = quote_bundles(cart_of(("bread", 1), ("egg", 6), ("jam", 1)), [BREAKFAST, feast])
    assert [it.bundle_id for it in quote.bundles] == [2]
    assert quote.saving == Decimal("1.30")


def test_a_saving_that_rounds_to_nothing_is_no_saving():
    tiny = BundleRule(3, "Tiny", (("egg", 1), ("gum", 1)), Decimal("0.01"))
    quote = quote_bundles(
        cart_of(("egg", 1), ("gum", 1), prices={"egg": "0.10", "gum": "0.10"}), [tiny]
    )
    assert (quote.saving, quote.bundles, quote.allocations) == (0, (), ())


@pytest.mark.parametrize(
    ("currency", "price", "saving"), [("JPY", "105", "21"), ("KWD", "1.005", "0.201")]
)
def test_savings_come_in_whole_units_of_the_currency(currency, price, saving):
    rule = BundleRule(4, "Pair", (("a", 1), ("b", 1)), Decimal(10))
    cart = cart_of(("a", 1), ("b", 1), prices={"a": price, "b": price}, currency=currency)
    assert quote_bundles(cart, [rule]).saving == Decimal(saving)


def test_what_a_single_set_is_said_to_save_is_what_the_cart_takes_off():
    prices = {key: Decimal(price) for key, price in PRICES.items()}
    list_price, saving = bundle_saving(BREAKFAST, prices, "EUR")
    quote = quote_bundles(cart_of(("bread", 1), ("egg", 6)), [BREAKFAST])
    assert (list_price, saving) == (Decimal("4.30"), quote.saving)


products = st.sampled_from(["a", "b", "c", "d"])
carts = st.lists(st.tuples(products, st.integers(1, 5)), max_size=6)
rules = st.lists(
    st.builds(
        BundleRule,
        st.integers(1, 99),
        st.just("bundle"),
        st.dictionaries(products, st.integers(1, 3), min_size=2, max_size=3).map(
            lambda quantities: tuple(quantities.items())
        ),
        st.integers(1, 9999).map(lambda it: Decimal(it) / 100),
    ),
    max_size=5,
    unique_by=lambda rule: rule.bundle_id,
)
price_lists = st.fixed_dictionaries(
    {it: st.integers(1, 10**5).map(lambda c: str(Decimal(c) / 100)) for it in "abcd"}
)


@given(carts, rules, price_lists)
def test_a_quote_sums_to_the_cent_and_never_exceeds_a_line(lines, bundle_rules, prices):
    cart = cart_of(*lines, prices=prices)
    quote = quote_bundles(cart, bundle_rules)
    held = {line.ref: line for line in cart.lines}
    assert sum(part.amount for part in quote.allocations) == quote.saving
    assert sum(it.amount for it in quote.bundles) == quote.saving
    used = Counter()
    taken = Counter()
    for part in quote.allocations:
        used[part.line_ref] += part.quantity
        taken[part.line_ref] += part.amount
    for ref, line in held.items():
        assert used[ref] <= line.quantity
        assert taken[ref] <= line.unit_price * line.quantity


@given(carts, rules, price_lists, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_rules_does_not_matter(lines, bundle_rules, prices, chance):
    cart = cart_of(*lines, prices=prices)
    mixed_lines, mixed_rules = list(cart.lines), list(bundle_rules)
    chance.shuffle(mixed_lines)
    chance.shuffle(mixed_rules)
    mixed = Cart(cart.ref, cart.currency, tuple(mixed_lines))
    assert quote_bundles(mixed, mixed_rules) == quote_bundles(cart, bundle_rules)


@given(carts, rules, price_lists)
def test_an_unrelated_product_changes_nothing(lines, bundle_rules, prices):
    cart = cart_of(*lines, prices=prices)
    with_more = Cart(cart.ref, cart.currency, (*cart.lines, CartLine("x", "x", 3, Decimal(7))))
    assert quote_bundles(with_more, bundle_rules) == quote_bundles(cart, bundle_rules)


def test_the_docstrings_are_true():
    failed, tried = doctest.testmod(bundles)
    assert (failed, tried > 0) == (0, True)
