# ruff: noqa: S101 - asserting is what this package is for
"""Cart lines: the rules of `set_quantity`, `replace_line` and lines with options."""

from __future__ import annotations

from django.http import HttpRequest

from xsell.testing.shop import ShopUnderTest
from xsell.values import Cart, CartChange, CartLine

NONSENSE = ("", "nonsense", "-1", "0", "9" * 40, "' OR 1=1 --")


class CartLineConformance(ShopUnderTest):
    """Lines that change, are replaced, and differ by their options."""

    def _holding(self, *quantities: int) -> tuple[HttpRequest, tuple[CartLine, ...]]:
        """A shopper who holds so many units of as many products, and the lines in that order."""
        request = self.request()
        products = [self.make_product() for _ in quantities]
        for product_id, quantity in zip(products, quantities, strict=True):
            self.adapter().add_to_cart(request, product_id, quantity)
        lines = {line.product_id: line for line in self.cart_of(request).lines}
        return self.next_request(request), tuple(lines[product_id] for product_id in products)

    def _refused(self, change: CartChange, request: HttpRequest, before: Cart) -> None:
        assert not change.done, f"done, but should not be: {change}"
        assert change.reason, "a refusal says why, in words for the shopper"
        assert self.cart_of(request) == before, "a refusal changes nothing"

    def test_it_changes_a_quantity(self) -> None:
        request, (line, other) = self._holding(1, 1)
        change = self.adapter().set_quantity(request, line.ref, 4)
        assert change.done, f"refused: {change.reason}"
        assert change.product_id == line.product_id
        held = {it.product_id: it.quantity for it in self.cart_of(request).lines}
        assert held == {line.product_id: 4, other.product_id: 1}

    def test_it_removes_a_line_with_quantity_0(self) -> None:
        request, (line, other) = self._holding(2, 1)
        assert self.adapter().set_quantity(request, line.ref, 0).done
        assert self.cart_of(request).lines == (other,)

    def test_it_changes_no_quantity_beyond_what_can_be_bought(self) -> None:
        request, (line,) = self._holding(1)
        self.make_unavailable(line.product_id)
        before = self.cart_of(request)
        self._refused(self.adapter().set_quantity(request, line.ref, 2), request, before)
        assert self.adapter().set_quantity(self.next_request(request), line.ref, 0).done, (
            "what cannot be bought any more can still be taken out"
        )

    def test_it_touches_nobody_else_s_lines(self) -> None:
        mine, _ = self._holding(1)
        yours, (line,) = self._holding(2)
        product_id, before = self.make_product(), self.cart_of(yours)
        adapter, mine_before = self.adapter(), self.cart_of(mine)
        for shopper, kept in ((mine, mine_before), (self.request(), Cart())):
            for change in (
                adapter.set_quantity(shopper, line.ref, 0),
                adapter.set_quantity(shopper, line.ref, 5),
                adapter.replace_line(shopper, line.ref, product_id),
            ):
                self._refused(change, yours, before)
            assert self.cart_of(shopper).lines == kept.lines

    def test_it_refuses_lines_that_are_not_there(self) -> None:
        request, _ = self._holding(1)
        product_id, before = self.make_product(), self.cart_of(request)
        for ref in NONSENSE:
            self._refused(self.adapter().set_quantity(request, ref, 0), request, before)
            self._refused(self.adapter().replace_line(request, ref, product_id), request, before)

    def test_it_puts_a_better_product_in_the_place_of_a_line_s(self) -> None:
        request, (line, other) = self._holding(3, 1)
        better = self.make_product()
        change = self.adapter().replace_line(request, line.ref, better)
        assert change.done, f"refused: {change.reason}"
        assert change.product_id == better
        cart = self.cart_of(request)
        held = {it.product_id: it.quantity for it in cart.lines}
        assert held == {better: 3, other.product_id: 1}, "the quantity is kept"
        assert change.line_ref in {it.ref for it in cart.lines if it.product_id == better}

    def test_it_joins_a_replaced_line_with_the_line_that_is_there(self) -> None:
        request, (line, twin) = self._holding(3, 2)
        change = self.adapter().replace_line(request, line.ref, twin.product_id)
        assert change.done, f"refused: {change.reason}"
        (joined,) = self.cart_of(request).lines
        assert (joined.product_id, joined.quantity) == (twin.product_id, 5)
        assert change.line_ref == joined.ref

    def test_it_replaces_no_line_by_what_cannot_be_bought(self) -> None:
        request, (line,) = self._holding(4)
        scarce, gone, before = (
            self.make_product(stock=3),
            self.vanished_product(),
            self.cart_of(request),
        )
        self._refused(self.adapter().replace_line(request, line.ref, gone), request, before)
        context = self.adapter().context(request)
        if self.adapter().details([scarce], context)[scarce].stock is not None:
            self._refused(self.adapter().replace_line(request, line.ref, scarce), request, before)
        self.make_unavailable(scarce)
        self._refused(self.adapter().replace_line(request, line.ref, scarce), request, before)

    def test_it_keeps_lines_with_options_apart(self) -> None:
        request, (plain,) = self._holding(1)
        ref = self.add_with_options(request, plain.product_id)
        lines = {it.ref: it for it in self.cart_of(request).lines}
        assert len(lines) == 2, "the same product with and without options is two lines"
        assert lines[ref].options, "options are told"
        assert lines[ref].options != lines[plain.ref].options
        change = self.adapter().add_to_cart(self.next_request(request), plain.product_id)
        assert change.line_ref == plain.ref, "what is added has no options"
        held = {it.ref: it.quantity for it in self.cart_of(request).lines}
        assert held == {plain.ref: 2, ref: 1}

    def test_it_keeps_the_options_of_a_replaced_line(self) -> None:
        request, (plain,) = self._holding(1)
        ref, better = self.add_with_options(request, plain.product_id), self.make_product()
        options = {it.ref: it.options for it in self.cart_of(request).lines}[ref]
        change = self.adapter().replace_line(self.next_request(request), ref, better)
        assert change.done, f"refused: {change.reason}"
        lines = {it.product_id: it for it in self.cart_of(request).lines}
        assert lines[better].options == options
        assert lines[plain.product_id].ref == plain.ref, "the line without options stays"

    def test_it_counts_lines_with_options_when_stock_runs_out(self) -> None:
        request = self.request()
        product_id = self.make_product(stock=2)
        self.add_with_options(request, product_id)
        request = self.next_request(request)
        assert self.adapter().add_to_cart(request, product_id).done
        before = self.cart_of(request)
        change = self.adapter().add_to_cart(self.next_request(request), product_id)
        self._refused(change, request, before)
