# ruff: noqa: S101 - asserting is what this package is for
"""Free shipping: the rule of `shipping_gap`."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from unittest import SkipTest

from xsell.testing.shop import ShopUnderTest, statements
from xsell.values import Cart, CartLine, Quote, QuotedLine, ShippingGap


class ShippingConformance(ShopUnderTest):
    """What is missing to free shipping, of carts that need not be there."""

    def _gap(self, amount: Decimal) -> ShippingGap | None:
        """The gap of an imagined cart with one product of this price."""
        adapter, product_id = self.adapter(), self.make_product(price=amount)
        context = adapter.context_for()
        line = CartLine("1", product_id, 1, amount)
        quoted = QuotedLine("1", product_id, 1, amount, Decimal(0))
        cart = Cart("imagined", context.currency, (line,))
        quote = Quote(context.currency, lines=(quoted,))
        with statements() as sent:
            gap = adapter.shipping_gap(context, cart, quote)
        assert not sent, f"it is asked a dozen times a page, and must not query: {sent}"
        return gap

    def test_it_says_what_is_missing_to_free_shipping(self) -> None:
        gap = self._gap(Decimal("0.01"))
        if gap is None:
            raise SkipTest("this shop has no rule for free shipping")
        assert isinstance(gap, ShippingGap), "shipping_gap() gives a ShippingGap or None"
        assert isinstance(gap.missing, Decimal), "money is Decimal"
        assert isinstance(gap.threshold, Decimal), "money is Decimal"
        assert 0 <= gap.missing <= gap.threshold, "no more is missing than all"
        assert gap.currency == self.adapter().context_for().currency
        whole = self._gap(gap.threshold)
        assert whole is not None, "a rule does not go with the goods"
        assert whole.is_reached, "what comes to the threshold ships free"
        assert whole.threshold == gap.threshold, "the threshold does not move with the cart"

    def test_it_counts_what_the_goods_cost_after_their_savings(self) -> None:
        gap = self._gap(Decimal("0.01"))
        if gap is None:
            raise SkipTest("this shop has no rule for free shipping")
        adapter, product_id = self.adapter(), self.make_product(price=gap.threshold)
        context = adapter.context_for()
        saved = QuotedLine("1", product_id, 1, gap.threshold, gap.threshold / 2)
        cart = Cart("imagined", context.currency, (CartLine("1", product_id, 1, gap.threshold),))
        quote = Quote(context.currency, lines=(saved,))
        short = adapter.shipping_gap(context, cart, quote)
        assert short is not None
        assert not short.is_reached, "count `to_pay`: a saving lowers what the goods cost"
        assert adapter.shipping_gap(context, cart, replace(quote, lines=())) == replace(
            gap, missing=gap.threshold
        ), "count the lines of the quote: those of the cart may have sold out"
