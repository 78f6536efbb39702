"""The contract between xsell and a shop: what an adapter must know and do.

Bulk first, value objects out; besides the querysets named below no model instance crosses. A plain
shop subclasses `xsell.adapters.model.ModelAdapter`, which implements all of it from field paths.
"""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core import checks
from django.db.models import QuerySet
from django.http import HttpRequest

from xsell.adapters.money import format_amount
from xsell.values import (
    BenefitKind,
    Cart,
    CartChange,
    Category,
    Described,
    Order,
    ProductDetails,
    ProductId,
    Quote,
    ShippingGap,
    ShopContext,
)

ORDER_LINE_COLUMNS = (
    "xsell_order",
    "xsell_product",
    "xsell_customer",
    "xsell_placed_at",
    "xsell_quantity",
    "xsell_unit_price",
)
"""Names of the values that `order_lines` yields; prefixed, so that no field of yours clashes."""

ORDER_COLUMNS = ("xsell_order", "xsell_placed_at", "xsell_customer")
"""Names of the values that `order_changes` yields."""

FAMILY_COLUMN = "xsell_family"
"""Annotation by which `products` may say in SQL what `details` says as `family`."""


class BaseAdapter(abc.ABC):
    """Your shop, as xsell sees it. `xsell.testing.AdapterConformance` tests an implementation."""

    @property
    def honoured_benefits(self) -> frozenset[BenefitKind]:
        """What of a quote the shop's totals honour; no page shows what would gain anything else.

        Override it where your shop has no gift lines, say, or no codes.
        """
        return frozenset(BenefitKind)

    @abc.abstractmethod
    def context(self, request: HttpRequest) -> ShopContext:
        """Who is shopping, and under which terms."""

    @abc.abstractmethod
    def context_for(self, customer_id: str | None = None) -> ShopContext:
        """The same without a request, for mails, previews and jobs; None is an unknown shopper.

        With the customer's facts, too: segments on them are counted by what this gives.
        """

    def contexts_for(self, customer_ids: Iterable[str]) -> Mapping[str, ShopContext]:
        """The same of many customers, by their ids, with their facts: for counting segments.

        Override it where `context_for` asks the database: this asks it once for each customer.
        """
        return {customer_id: self.context_for(customer_id) for customer_id in customer_ids}

    @abc.abstractmethod
    def products(self, context: ShopContext) -> QuerySet[Any]:
        """Products that this shopper may see and buy now: published, in stock, priced.

        Where variants are sold, annotate FAMILY_COLUMN: the parent's key, or none. Without it
        `xsell_health` counts variants whose parent alone was mined as without suggestions.
        """

    @abc.abstractmethod
    def details(
        self, product_ids: Iterable[ProductId], context: ShopContext
    ) -> Mapping[ProductId, ProductDetails]:
        """Details by product id, in a fixed number of queries; ids that do not exist are left out.

        A product that cannot be bought now is there, with `is_available` false. The parent of
        variants can be bought while one of them can, at the price at which `add_to_cart` sells it.
        `family` is a product, too: the parent of a variant, else the product itself.
        """

    def traits(self, product_ids: Iterable[ProductId]) -> Mapping[ProductId, Described]:
        """Family, categories and attributes as `details` has them; unknown ids are left out.

        Segments ask this of all that a customer bought, best-seller lists of all that was ever
        sold: override it where `details` costs much.
        """
        return self.details(product_ids, self.context_for())

    @abc.abstractmethod
    def search(self, query: str, *, limit: int = 20) -> Sequence[ProductId]:
        """Ids of products whose name (or number) matches, best match first, sold out included."""

    @abc.abstractmethod
    def categories(self) -> Sequence[Category]:
        """All categories, for pickers."""

    @abc.abstractmethod
    def order_lines(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> QuerySet[Any, dict[str, Any]]:
        """Values queryset with ORDER_LINE_COLUMNS of orders placed in [since, until) that count.

        Leave out cancelled orders. Variants are best given as their parent product.
        """

    def order_changes(self, since: datetime | None = None) -> QuerySet[Any, dict[str, Any]] | None:
        """Values queryset with ORDER_COLUMNS of orders placed or changed at or after `since`.

        One row for each order, whether or not it counts: who was cancelled, refunded or changed in
        any way is there, and `order_lines` says what is left of it. Without `since` every order:
        dates and customers are then read once for each order and not with each line. None where
        the shop cannot tell; a mining update then reads all orders.
        """
        return None

    @abc.abstractmethod
    def order(self, order_ref: str, context: ShopContext) -> Order | None:
        """One order, or None when it does not exist or is not this shopper's."""

    @abc.abstractmethod
    def cart(self, request: HttpRequest) -> Cart:
        """The shopper's cart; without one an empty cart with an empty ref. Must not create one."""

    @abc.abstractmethod
    def add_to_cart(
        self, request: HttpRequest, product_id: ProductId, quantity: int = 1
    ) -> CartChange:
        """Put the product into the cart, at the shop's own price, if the shop sells it now.

        Joins the line that holds it without options. A refusal, here and below, says why in words
        for the shopper and changes nothing; an id or a line that is not there is refused as well.
        """

    @abc.abstractmethod
    def set_quantity(self, request: HttpRequest, line_ref: str, quantity: int) -> CartChange:
        """Change a line's quantity; 0 removes it."""

    @abc.abstractmethod
    def replace_line(
        self, request: HttpRequest, line_ref: str, product_id: ProductId
    ) -> CartChange:
        """Put the product in the place of the line's, keeping its quantity and options.

        Joins the line that holds the product with the same options, if there is one.
        """

    def shipping_gap(self, context: ShopContext, cart: Cart, quote: Quote) -> ShippingGap | None:
        """What the cart lacks to free shipping, by your shop's own rule; None where there is none.

        Count as your checkout does: `quote` has what each line costs after bundles and offers
        (`to_pay`) and the tax on it; what has sold out is not among its lines. `cart` may be
        imagined (its ref is then no reason to look it up), and is asked about a dozen times a page:
        answer without a query. Bundles and offers that give free shipping are not yours to ask.
        """
        return None

    def format_price(self, amount: Decimal, currency: str, language: str) -> str:
        """The amount as this shop's customers read it; Babel's way if Babel is installed."""
        return format_amount(amount, currency, language)

    def check(self) -> list[checks.CheckMessage]:
        """Errors in the adapter's own set-up, for Django's system checks."""
        return []
