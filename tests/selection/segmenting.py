"""Shoppers and rules of segments in a few words, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from xsell.selection.purchases import attribute_of
from xsell.selection.segments import CompiledSegment, Kind, Rule
from xsell.values import History, ProductDetails, Purchase, ShopContext, history_from

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
OPERANDS: dict[str, tuple[str, ...]] = {
    Kind.FACT_IS: ("fact", "value"),
    Kind.FACT_AT_LEAST: ("fact", "amount"),
    Kind.ORDERS_AT_LEAST: ("amount",),
    Kind.SPENT_AT_LEAST: ("amount",),
    Kind.AVERAGE_AT_LEAST: ("amount",),
    Kind.BOUGHT_PRODUCT: ("product_id",),
    Kind.BOUGHT_CATEGORY: ("category_id",),
    Kind.BOUGHT_WITH: ("fact", "value"),
    Kind.LAST_ORDER_BEFORE: ("days",),
    Kind.FIRST_ORDER_BEFORE: ("days",),
}


def on_shelf(product_id: str, family: str = "", categories: str = "", **attributes: str) -> Any:
    return ProductDetails(
        product_id=product_id,
        title=product_id.title(),
        url="/",
        price=Decimal(10),
        currency="EUR",
        is_available=True,
        family=family or product_id,
        category_ids=tuple(categories.split()),
        attributes=attributes,
    )


SHELF = {
    it.product_id: it
    for it in (
        on_shelf("camera", categories="cameras photo", Brand="Canon"),
        on_shelf("lens", categories="lenses photo", Brand="Sigma"),
        on_shelf("shirt", categories="clothes"),
        on_shelf("shirt-s", family="shirt", categories="clothes", Size="S"),
        on_shelf("tea", categories="food"),
    )
}


def rule(kind: str, *operands: Any, within: int | None = None) -> Rule:
    """A rule; "not orders_at_least" is a negated one."""
    negated, name = kind.startswith("not "), kind.removeprefix("not ")
    columns = dict(zip(OPERANDS[name], operands, strict=True))
    if "amount" in columns:
        columns["amount"] = Decimal(columns["amount"])
    attribute = attribute_of(columns.get("fact", ""), columns.get("value", ""))
    return Rule(name, negated, **columns, within_days=within, attribute=attribute)


def segment(*groups: list[Rule], segment_id: int = 1) -> CompiledSegment:
    return CompiledSegment(segment_id, f"Segment {segment_id}", tuple(map(tuple, groups)))


def bought(*orders: tuple[Any, ...], now: datetime = NOW) -> History:
    """Orders as (when, price of each, *products); when: a moment, or days ago."""
    return history_from(
        Purchase(
            order_ref=f"order-{number}",
            product_id=product,
            placed_at=when if isinstance(when, datetime) else now - timedelta(days=when),
            quantity=1,
            unit_price=Decimal(each),
        )
        for number, (when, each, *products) in enumerate(orders)
        for product in products
    )


GUEST = (ShopContext(shopper_key="session"), History())
NEW = (ShopContext(customer_id="new"), bought((10, 100, "camera")))
REGULAR = (
    ShopContext(customer_id="regular", country="DE", customer_group="Gold"),
    bought((200, 20, "camera", "lens"), (40, 30, "tea"), (5, 15, "shirt-s", "tea")),
)
LAPSED = (
    ShopContext(customer_id="lapsed", facts={"age": 34, "groups": ["Press", "VIP"], "tags": []}),
    bought((400, 80, "lens", None)),
)
"""(context, history) of the people in the tables."""
