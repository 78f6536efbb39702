"""Whether an offer's conditions hold: AND inside a group, OR between groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal

from xsell.models import OfferCondition
from xsell.pricing.fairness import is_protected
from xsell.selection.facts import is_known_to_be
from xsell.values import Cart, CartLine, ProductDetails, ProductId, ShopContext

CONDITION_COLUMNS = ("kind", "product_id", "category_id", "amount", "fact", "value")
"""Columns of a condition's row, in the order of Condition's fields."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as the rows hold it."""

    kind: str
    product_id: ProductId | None
    category_id: str
    amount: Decimal | None
    fact: str = ""
    value: str = ""


Groups = tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What conditions look at: what is on the page and in the cart, and who is shopping."""

    products: frozenset[ProductId]
    categories: frozenset[str]
    total: Decimal
    context: ShopContext


class Held:
    """What a cart holds, counted once, however many offers ask what it would be without them."""

    def __init__(
        self, context: ShopContext, cart: Cart, details: Mapping[ProductId, ProductDetails]
    ) -> None:
        self.units = cart.units
        self._context = context
        self._details = details
        self._total = cart.total
        self._lines: dict[ProductId, list[CartLine]] = {}
        for line in cart.lines:
            self._lines.setdefault(line.product_id, []).append(line)
        self._families = Counter(it for key in self.units for it in self._family(key))
        self._categories = Counter(it for key in self.units for it in self._category_ids(key))

    def occasion(self, anchors: Set[ProductId] = frozenset()) -> Occasion:
        """The cart as it is, on a page about the anchors."""
        families = {it for key in anchors for it in self._family(key)}
        categories = {it for key in anchors for it in self._category_ids(key)}
        return Occasion(
            frozenset({*anchors, *families, *self._families}),
            frozenset({*categories, *self._categories}),
            self._total,
            self._context,
        )

    def without(self, product_ids: Iterable[ProductId], units: int) -> Occasion:
        """The cart without so many units of these, from the first lines on."""
        families, categories = self._families.copy(), self._categories.copy()
        total = self._total
        for product_id in product_ids:
            gone = min(units, self.units[product_id])
            units -= gone
            if gone and gone == self.units[product_id]:
                families.subtract(self._family(product_id))
                categories.subtract(self._category_ids(product_id))
            for line in self._lines.get(product_id, ()):
                taken = min(gone, line.quantity)
                total -= line.unit_price * taken
                gone -= taken
        return Occasion(frozenset(+families), frozenset(+categories), total, self._context)

    def _family(self, product_id: ProductId) -> set[ProductId]:
        """The product, and its parent."""
        product = self._details.get(product_id)
        return {product_id} if product is None else {product_id, product.family}

    def _category_ids(self, product_id: ProductId) -> set[str]:
        product = self._details.get(product_id)
        return set() if product is None else {*product.category_ids}


def hold(groups: Groups, occasion: Occasion) -> bool:
    """Whether one of the groups holds; without any they do."""
    return not groups or any(all(_holds(it, occasion) for it in group) for group in groups)


def ask_who_is_shopping(groups: Groups) -> bool:
    """Whether the shopper decides: what then costs less has a personal price."""
    return any(_is_about_shopper(it) for group in groups for it in group)


def protected_traits(groups: Groups) -> list[str]:
    """Facts in the conditions that must not decide what something costs."""
    facts = (it.fact for group in groups for it in group if _is_about_shopper(it))
    return [fact for fact in dict.fromkeys(facts) if is_protected(fact)]


def grouped(rows: Iterable[tuple[int, Condition]]) -> Groups:
    """Conditions by the numbers of their groups."""
    groups: dict[int, list[Condition]] = {}
    for number, condition in rows:
        groups.setdefault(number, []).append(condition)
    return tuple(map(tuple, groups.values()))


def _is_about_shopper(condition: Condition) -> bool:
    return condition.kind == OfferCondition.Kind.SHOPPER_IS


def _holds(condition: Condition, occasion: Occasion) -> bool:
    match condition.kind:
        case OfferCondition.Kind.HAS_PRODUCT:
            return condition.product_id in occasion.products
        case OfferCondition.Kind.HAS_CATEGORY:
            return condition.category_id in occasion.categories
        case OfferCondition.Kind.TOTAL_AT_LEAST:
            return condition.amount is not None and occasion.total >= condition.amount
        case OfferCondition.Kind.SHOPPER_IS:
            return bool(is_known_to_be(occasion.context, condition.fact, condition.value))
    raise ValueError(f"unknown kind of offer condition: {condition.kind!r}")
