# ruff: noqa: S101 - asserting is what this package is for
"""Carts: the rules of `cart` and `add_to_cart`."""

from __future__ import annotations

from decimal import Decimal
from unittest import SkipTest

from django.http import HttpRequest

from xsell.testing.shop import ShopUnderTest, reads_only
from xsell.values import Cart, CartLine, ProductId


class CartConformance(ShopUnderTest):
    """What shoppers hold, and how they get it."""

    def _holds(self, request: HttpRequest) -> dict[ProductId, int]:
        """Units of each product in the shopper's cart, at the next request."""
        units: dict[ProductId, int] = {}
        for line in self.cart_of(request).lines:
            units[line.product_id] = units.get(line.product_id, 0) + line.quantity
        return units

    def test_it_gives_an_empty_cart_to_who_has_none_and_makes_none(self) -> None:
        for request in (self.request(), self.request(self.make_customer())):
            with reads_only(request):
                cart = self.adapter().cart(request)
            assert isinstance(cart, Cart), "cart() gives a Cart"
            assert cart.lines == ()
            assert cart.ref == "", "a cart that does not exist has an empty ref"

    def test_it_puts_a_product_into_the_cart_at_the_shop_s_price(self) -> None:
        for request in (self.request(), self.request(self.make_customer())):
            product_id = self.make_product(price=Decimal("12.34"))
            change = self.adapter().add_to_cart(request, product_id, 2)
            assert change.done, f"refused: {change.reason}"
            assert change.product_id == product_id
            cart = self.cart_of(request)
            assert cart.ref, "a cart that exists has a ref"
            (line,) = cart.lines
            assert isinstance(line, CartLine), "lines are CartLine"
            assert (line.product_id, line.quantity) == (product_id, 2)
            assert line.unit_price == Decimal("12.34"), "the same price as in details()"
            assert isinstance(line.unit_price, Decimal), "money is Decimal"
            assert isinstance(line.ref, str), "a line's ref is a text"
            assert line.ref == change.line_ref, "the change names the line"

    def test_it_gives_the_changed_cart_in_the_same_request(self) -> None:
        request, product_id = self.request(), self.make_product()
        self.adapter().cart(request)
        self.adapter().add_to_cart(request, product_id)
        assert [it.product_id for it in self.adapter().cart(request).lines] == [product_id]

    def test_it_sums_what_is_added_twice(self) -> None:
        request, product_id = self.request(), self.make_product()
        first = self.adapter().add_to_cart(request, product_id)
        second = self.adapter().add_to_cart(self.next_request(request), product_id, 2)
        assert second.done
        (line,) = self.cart_of(request).lines
        assert line.quantity == 3
        assert first.line_ref == second.line_ref == line.ref

    def test_it_keeps_each_shopper_s_cart_apart(self) -> None:
        mine, yours = self.request(), self.request()
        strap, case = self.make_product(), self.make_product()
        self.adapter().add_to_cart(mine, strap)
        self.adapter().add_to_cart(yours, case)
        assert self._holds(mine) == {strap: 1}
        assert self._holds(yours) == {case: 1}

    def test_it_refuses_a_product_that_cannot_be_bought(self) -> None:
        request, sold_out, gone = self.request(), self.make_product(), self.vanished_product()
        self.make_unavailable(sold_out)
        for product_id in (sold_out, gone):
            change = self.adapter().add_to_cart(request, product_id)
            assert not change.done, "what cannot be bought is not put into the cart"
            assert change.reason, "a refusal says why, in words for the shopper"
        assert self.cart_of(request) == self.adapter().cart(self.request()), "nothing has changed"

    def test_it_refuses_more_than_there_is(self) -> None:
        request, product_id = self.request(), self.make_product(stock=3)
        context = self.adapter().context(request)
        if self.adapter().details([product_id], context)[product_id].stock is None:
            raise SkipTest("this shop counts no stock")
        for quantity, done in ((4, False), (2, True), (2, False), (1, True), (1, False)):
            request = self.next_request(request)
            change = self.adapter().add_to_cart(request, product_id, quantity)
            assert change.done is done, f"{quantity} more: {change}"
            assert bool(change.reason) is not done, "a refusal says why"
        assert self._holds(request) == {product_id: 3}

    def test_it_sells_a_variant_and_a_parent_at_the_price_that_it_shows(self) -> None:
        adapter, context = self.adapter(), self.adapter().context_for()
        small = self.make_variants()[0]
        parent = adapter.details([small], context)[small].family
        for product_id in (small, parent):
            shown = adapter.details([product_id], context)[product_id].price
            request = self.request()
            change = adapter.add_to_cart(request, product_id)
            assert change.done, f"is_available, but refused: {change.reason}"
            assert [it.unit_price for it in self.cart_of(request).lines] == [shown]

    def test_it_reads_a_cart_without_writing(self) -> None:
        request = self.request()
        self.adapter().add_to_cart(request, self.make_product())
        following = self.next_request(request)
        with reads_only(following):
            assert len(self.adapter().cart(following).lines) == 1

    def test_it_survives_a_product_that_vanishes_from_the_cart(self) -> None:
        request = self.request()
        kept, sold_out, gone = (self.make_product() for _ in range(3))
        for product_id in (kept, sold_out, gone):
            self.adapter().add_to_cart(request, product_id)
        self.make_unavailable(sold_out)
        self.delete_product(gone)
        lines = self.cart_of(request).lines
        assert kept in {it.product_id for it in lines}
        assert all(isinstance(it.unit_price, Decimal) for it in lines), "no line without a price"
