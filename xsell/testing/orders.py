# ruff: noqa: S101 - asserting is what this package is for
"""Placed orders: the rules of `order_lines` and `order`."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest import SkipTest

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from xsell.adapters import ORDER_COLUMNS, ORDER_LINE_COLUMNS
from xsell.selection.history import history_of
from xsell.testing.shop import ShopUnderTest, reads_only
from xsell.values import Order, OrderLine, ProductId


class OrderConformance(ShopUnderTest):
    """What mining reads, and what a thank-you page may show."""

    def _sold(self, since: datetime | None = None, until: datetime | None = None) -> list[Any]:
        """(order ref, product) of each line that counts."""
        lines = self.adapter().order_lines(since, until)
        return [(str(it["xsell_order"]), it["xsell_product"]) for it in lines]

    def _mined_as(self, product_id: ProductId) -> ProductId:
        """The product itself, or its parent where the adapter mines variants as one."""
        adapter = self.adapter()
        return adapter.details([product_id], adapter.context_for())[product_id].family

    def test_it_gives_order_lines_with_their_columns(self) -> None:
        customer, placed_at = self.make_customer(), timezone.now().replace(microsecond=0)
        product_id = self.make_product(price=Decimal("12.34"))
        ref = self.make_order([product_id], customer=customer, placed_at=placed_at, quantity=2)
        (line,) = self.adapter().order_lines()
        assert set(line) == set(ORDER_LINE_COLUMNS), "the values are ORDER_LINE_COLUMNS"
        assert str(line["xsell_order"]) == ref, "xsell_order is what order() takes"
        assert line["xsell_product"] == product_id
        assert str(line["xsell_customer"]) == str(customer.pk), "xsell_customer is the customer_id"
        assert line["xsell_placed_at"] == placed_at
        assert line["xsell_quantity"] == 2
        assert isinstance(line["xsell_quantity"], int), "quantities are whole"
        assert line["xsell_unit_price"] == Decimal("12.34"), "the price of one unit"
        assert isinstance(line["xsell_unit_price"], Decimal), "money is Decimal"

    def test_it_gives_order_lines_that_can_be_counted_filtered_and_streamed(self) -> None:
        self.make_order([self.make_product(), self.make_product()])
        lines = self.adapter().order_lines()
        assert isinstance(lines, QuerySet), "order_lines() gives a queryset"
        usable = Q(xsell_product__isnull=False, xsell_quantity__gt=0)
        assert lines.aggregate(n=Count("pk", filter=usable)) == {"n": 2}
        pairs = lines.filter(usable).values_list("xsell_order", "xsell_product")
        assert len(list(pairs.iterator(chunk_size=1))) == 2
        dates = lines.values_list("xsell_order", "xsell_placed_at").distinct()
        assert len(dates) == 1, "an order was placed once"

    def test_it_finds_what_one_customer_bought(self) -> None:
        customer, other = self.make_customer(), self.make_customer()
        mine, others = self.make_product(), self.make_product()
        ref = self.make_order([mine], customer=customer)
        self.make_order([others], customer=other)
        self.make_order([others])
        context = self.adapter().context_for(str(customer.pk))
        history = history_of(self.adapter(), context.customer_id)
        bought = [(it.order_ref, it.product_id) for it in history.purchases]
        assert bought == [(ref, mine)], "order_lines() can be filtered by xsell_customer"

    def test_it_gives_a_guest_s_order_without_customer(self) -> None:
        self.make_order([self.make_product()])
        assert [line["xsell_customer"] for line in self.adapter().order_lines()] == [None]

    def test_it_gives_one_line_for_each_line_of_an_order(self) -> None:
        strap, case = self.make_product(), self.make_product()
        first, second = self.make_order([strap, case]), self.make_order([strap])
        assert Counter(self._sold()) == Counter([(first, strap), (first, case), (second, strap)])

    def test_it_leaves_cancelled_orders_out(self) -> None:
        product_id = self.make_product()
        kept, cancelled = self.make_order([product_id]), self.make_order([product_id])
        self.cancel_order(cancelled)
        assert self._sold() == [(kept, product_id)]

    def test_it_gives_orders_from_since_on_and_before_until(self) -> None:
        product_id, now = self.make_product(), timezone.now().replace(microsecond=0)
        times = [now - timedelta(days=days) for days in (3, 2, 1)]
        oldest, middle, newest = (self.make_order([product_id], placed_at=it) for it in times)
        for since, until, expected in (
            (None, None, {oldest, middle, newest}),
            (times[1], None, {middle, newest}),
            (None, times[1], {oldest}),
            (times[0], times[2], {oldest, middle}),
            (now, None, set()),
        ):
            found = {ref for ref, _ in self._sold(since, until)}
            assert found == expected, f"orders from {since} until {until} (that moment excluded)"

    def _changed(self, since: datetime | None = None) -> Counter[str]:
        """How often each order is among those that changed. Skipped where the shop cannot tell."""
        changes = self.adapter().order_changes(since)
        if changes is None:
            raise SkipTest("the adapter cannot tell which orders changed: updates read them all")
        return Counter(str(order["xsell_order"]) for order in changes)

    def test_it_names_every_order_once_whether_or_not_it_counts(self) -> None:
        customer, placed_at = self.make_customer(), timezone.now().replace(microsecond=0)
        first = self.make_order([self.make_product(), self.make_product()], customer=customer)
        second = self.make_order([self.make_product()], placed_at=placed_at)
        self.cancel_order(second)
        assert self._changed() == Counter([first, second])
        orders = {str(it["xsell_order"]): it for it in self.adapter().order_changes() or ()}
        assert set(orders[first]) == set(ORDER_COLUMNS), "the values are ORDER_COLUMNS"
        assert str(orders[first]["xsell_customer"]) == str(customer.pk)
        assert orders[second]["xsell_customer"] is None, "a guest's order has no customer"
        assert orders[second]["xsell_placed_at"] == placed_at

    def test_it_names_the_orders_that_were_placed_or_cancelled_since(self) -> None:
        product_id = self.make_product()
        long_ago = timezone.now() - timedelta(days=3)
        kept = self.make_order([product_id], placed_at=long_ago)
        cancelled = self.make_order([product_id], placed_at=long_ago)
        since = timezone.now()
        placed = self.make_order([product_id])
        self.cancel_order(cancelled)
        changed = set(self._changed(since))
        assert placed in changed, "an order that was just placed has changed"
        assert cancelled in changed, "an order that was just cancelled has changed"
        assert changed <= {placed, cancelled, kept}
        assert not self._changed(timezone.now() + timedelta(days=1)), "nothing changed tomorrow"

    def test_its_changed_orders_can_be_filtered_and_looked_up_in_the_lines(self) -> None:
        product_id, since = self.make_product(), timezone.now()
        ref = self.make_order([product_id])
        assert self._changed(since)
        changes, lines = self.adapter().order_changes(since), self.adapter().order_lines()
        assert changes is not None
        found = lines.filter(xsell_order__in=changes.values("xsell_order"))
        assert [str(line["xsell_order"]) for line in found] == [ref]
        assert not changes.filter(xsell_placed_at__lt=since - timedelta(days=1))

    def test_it_survives_orders_of_a_deleted_product(self) -> None:
        kept, gone = self.make_product(), self.make_product()
        ref = self.make_order([kept, gone])
        self.delete_product(gone)
        assert set(self._sold()) - {(ref, None)} == {(ref, kept)}

    def test_it_names_products_that_it_knows_the_details_of(self) -> None:
        small, large = self.make_variants()
        self.make_order([small])
        self.make_order([large])
        sold = {product_id for _, product_id in self._sold()}
        known = self.adapter().details(sold, self.adapter().context_for())
        assert set(known) == sold, "mined relations name products that details() does not know"
        assert len(sold) == 2 or sold == {self._mined_as(small)}, "variants, or the parent of both"

    def test_it_shows_an_order_to_its_customer_alone(self) -> None:
        customer, product_id = self.make_customer(), self.make_product(price=Decimal("12.34"))
        ref = self.make_order([product_id], customer=customer, quantity=3)
        adapter = self.adapter()
        order = adapter.order(ref, adapter.context(self.request(customer)))
        assert isinstance(order, Order), "the customer sees the order"
        assert order.ref == ref
        assert order.lines == (OrderLine(product_id, 3, Decimal("12.34")),)
        assert timezone.is_naive(order.placed_at) == timezone.is_naive(timezone.now())
        assert adapter.order(ref, adapter.context_for(str(customer.pk))) == order, "mails do, too"
        others = (
            adapter.context(self.request(self.make_customer())),
            adapter.context(self.request()),
            adapter.context_for(),
        )
        assert [adapter.order(ref, it) for it in others] == [None, None, None], "nobody else does"

    def test_it_shows_a_guest_s_order_to_that_guest_alone(self) -> None:
        request, ref = self.request(), self.make_order([self.make_product()])
        self.remember_order(request, ref)
        adapter = self.adapter()
        order = adapter.order(ref, adapter.context(self.next_request(request)))
        assert order is not None, "the guest sees the order just placed"
        assert order.ref == ref
        assert adapter.order(ref, adapter.context(self.request())) is None, "no other guest does"

    def test_it_shows_an_order_whose_product_was_deleted(self) -> None:
        customer, gone = self.make_customer(), self.make_product()
        ref = self.make_order([gone], customer=customer)
        self.delete_product(gone)
        order = self.adapter().order(ref, self.adapter().context_for(str(customer.pk)))
        assert order is None or {line.product_id for line in order.lines} <= {None}

    def test_it_shows_no_order_for_nonsense(self) -> None:
        context = self.adapter().context_for(str(self.make_customer().pk))
        for ref in ("", "no-such-order", "-1", "9" * 40, "' OR 1=1 --"):
            assert self.adapter().order(ref, context) is None, f"{ref!r} is no order"

    def test_it_reads_orders_without_writing(self) -> None:
        customer = self.make_customer()
        ref, request = self.make_order([self.make_product()], customer=customer), self.request()
        with reads_only(request):
            list(self.adapter().order_lines())
            self.adapter().order(ref, self.adapter().context_for(str(customer.pk)))
