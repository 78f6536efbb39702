"""What a cart comes to: the lines, less what xsell's bundles and offers take off, and the tax."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest

from demo_shop.models import CartLine, Order, OrderLine, Product
from demo_shop.shipping import shipping_of
from xsell.services.pricing import price_cart
from xsell.services.words import words_for
from xsell.values import Quote, QuotedLine

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Saving:
    """What a bundle or an offer takes off, by the name that shoppers read."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Tax:
    rate: Decimal
    net: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Gift:
    """Units that come with the order for nothing."""

    product: Product
    quantity: int
    name: str


@dataclass(frozen=True, slots=True)
class LineTotal:
    """A line of the cart as it is charged; `amount` is before its savings."""

    line: CartLine
    amount: Decimal
    savings: tuple[Saving, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    lines: tuple[LineTotal, ...]
    goods: Decimal
    savings: tuple[Saving, ...]
    taxes: tuple[Tax, ...]
    gifts: tuple[Gift, ...]
    notes: tuple[str, ...]
    shipping: Decimal

    @property
    def total(self) -> Decimal:
        saved = sum((each.amount for each in self.savings), NOTHING)
        tax = sum((each.amount for each in self.taxes), NOTHING)
        return self.goods - saved + tax + self.shipping


def totals(request: HttpRequest, lines: Iterable[CartLine]) -> Totals:
    """Derived anew from today's prices and terms, never from what the page said."""
    lines = list(lines)
    quote = price_cart(request)
    # What has sold out is still in the cart, but nobody will be charged for it.
    sold_out = {str(line.pk) for line in lines if not line.product.is_available}
    charged = [each for each in quote.lines if each.line_ref not in sold_out]
    amounts = {each.line_ref: each.amount for each in charged}
    return Totals(
        lines=tuple(
            LineTotal(line, amounts.get(str(line.pk), NOTHING), line_savings(quote, str(line.pk)))
            for line in lines
        ),
        goods=sum(amounts.values(), NOTHING),
        savings=tuple(Saving(each.name, each.amount) for each in quote.applied if each.amount),
        taxes=taxes((each.tax_rate, each.to_pay, each.tax) for each in charged),
        gifts=gifts(quote),
        notes=tuple(filter(None, map(words_for, quote.withheld))),
        shipping=shipping_of(
            sum((each.to_pay for each in charged), NOTHING), is_free=quote.has_free_shipping
        ),
    )


def line_savings(quote: Quote, line_ref: str) -> tuple[Saving, ...]:
    """What each rule takes off the line."""
    names = {each.source: each.name for each in quote.applied}
    return tuple(
        Saving(names[part.source], part.amount)
        for part in quote.allocations
        if part.line_ref == line_ref and part.amount
    )


def taxes(parts: Iterable[tuple[Decimal | None, Decimal, Decimal | None]]) -> tuple[Tax, ...]:
    """The tax by rate, from (rate, what is to pay, tax on it) of each line."""
    nets: dict[Decimal, Decimal] = {}
    amounts: dict[Decimal, Decimal] = {}
    for rate, net, amount in parts:
        if rate:
            nets[rate] = nets.get(rate, NOTHING) + net
            amounts[rate] = amounts.get(rate, NOTHING) + (amount or NOTHING)
    return tuple(Tax(rate, nets[rate], amounts[rate]) for rate in sorted(nets))


def gifts(quote: Quote) -> tuple[Gift, ...]:
    names = {each.source: each.name for each in quote.applied}
    products = Product.objects.in_bulk([each.product_id for each in quote.gifts])
    return tuple(
        Gift(products[each.product_id], each.quantity, names[each.source]) for each in quote.gifts
    )


def total_of(lines: Iterable[QuotedLine]) -> Decimal:
    """What the lines cost, tax included."""
    return sum((line.to_pay + (line.tax or NOTHING) for line in lines), NOTHING)


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """An order as its page shows it; the lines have their savings fetched."""

    lines: tuple[OrderLine, ...]
    goods: Decimal
    savings: tuple[Saving, ...]
    taxes: tuple[Tax, ...]


def order_totals(order: Order) -> OrderTotals:
    """The figures of the day of the order, from its own rows."""
    lines = order.lines.select_related("product__category").prefetch_related("savings")
    lines = tuple(lines.order_by("is_gift", "pk"))
    saved: dict[str, Decimal] = {}
    for line in lines:
        for each in line.savings.all():
            saved[each.name] = saved.get(each.name, NOTHING) + each.amount
    return OrderTotals(
        lines=lines,
        goods=sum((line.amount for line in lines), NOTHING),
        savings=tuple(Saving(name, amount) for name, amount in saved.items()),
        taxes=taxes((line.tax_rate, line.to_pay, line.tax) for line in lines),
    )
