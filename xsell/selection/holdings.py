"""What a cart holds, as conditions ask of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from decimal import Decimal

from xsell.selection.conditions import Condition, Groups, Kind, Occasion
from xsell.values import Cart, CartLine, Described, ProductId


class Held:
    """What a cart holds, counted once, however many offers ask what it would be without them.

    `around` is the occasion but for page and cart: who is shopping, and when.
    """

    def __init__(
        self, around: Occasion, cart: Cart, details: Mapping[ProductId, Described]
    ) -> None:
        self.units = cart.units
        self._around = around
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
        return replace(
            self._around,
            products=frozenset({*anchors, *families, *self._families}),
            categories=frozenset({*categories, *self._categories}),
            total=self._total,
            n_units=self.units.total(),
            n_kinds=len(self.units),
        )

    def without(
        self, product_ids: Iterable[ProductId], units: int, *, instead: ProductId | None = None
    ) -> Occasion:
        """The cart without so many units of these, from the first lines on.

        `instead`: a product of which as many stand in their place, at the shop's price.
        """
        families, categories = self._families.copy(), self._categories.copy()
        total, n_units, n_kinds = self._total, self.units.total(), len(self.units)
        for product_id in product_ids:
            gone = min(units, self.units[product_id])
            units -= gone
            n_units -= gone
            if gone and gone == self.units[product_id]:
                n_kinds -= 1
                families.subtract(self._family(product_id))
                categories.subtract(self._category_ids(product_id))
            for line in self._lines.get(product_id, ()):
                taken = min(gone, line.quantity)
                total -= line.unit_price * taken
                gone -= taken
        gone = self.units.total() - n_units
        if instead is not None and gone:
            families.update(self._family(instead))
            categories.update(self._category_ids(instead))
            n_units, n_kinds = n_units + gone, n_kinds + (instead not in self.units)
            # Traits alone have no price; who asks what an offer replaced has details.
            price = getattr(self._details.get(instead), "price", None)
            total += gone * (price or Decimal(0))
        return replace(
            self._around,
            products=frozenset(+families),
            categories=frozenset(+categories),
            total=total,
            n_units=n_units,
            n_kinds=n_kinds,
        )

    def on_first_line(self, product_id: ProductId) -> int:
        """Units on the first line with the product: those that an up-sell replaces."""
        lines = self._lines.get(product_id, ())
        return lines[0].quantity if lines else 0

    def triggers(self, groups: Groups, *, besides: Iterable[ProductId]) -> int:
        """Units in the cart of what the first group names that is all there; 0 if none is."""
        own = set(besides)
        for group in groups:
            named = [it for it in group if not it.is_negated and it.kind in NAMING]
            found = [
                {it for it in self.units if it not in own and self._is(it, condition)}
                for condition in named
            ]
            if found and all(found):
                return sum(self.units[it] for it in set().union(*found))
        return 0

    def units_of(self, group: Iterable[Condition], *, besides: Iterable[ProductId] = ()) -> int:
        """Units in the cart of what a group's conditions name: of what an offer goes with.

        `besides`: the offer's own products, which are no trigger.
        """
        own = set(besides)
        named = [it for it in group if not it.is_negated and it.kind in NAMING]
        return sum(
            units
            for product_id, units in self.units.items()
            if product_id not in own and any(self._is(product_id, it) for it in named)
        )

    def _is(self, product_id: ProductId, condition: Condition) -> bool:
        match condition.kind:
            case Kind.HAS_PRODUCT:
                return condition.product_id in self._family(product_id)
            case Kind.HAS_CATEGORY:
                return condition.category_id in self._category_ids(product_id)
            case Kind.ANY_PRODUCT:
                return not condition.any_of.isdisjoint(self._family(product_id))
        return not condition.any_of.isdisjoint(self._category_ids(product_id))

    def _family(self, product_id: ProductId) -> set[ProductId]:
        """The product, and its parent."""
        product = self._details.get(product_id)
        return {product_id} if product is None else {product_id, product.family}

    def _category_ids(self, product_id: ProductId) -> set[str]:
        product = self._details.get(product_id)
        return set() if product is None else {*product.category_ids}


NAMING = frozenset({Kind.HAS_PRODUCT, Kind.HAS_CATEGORY, Kind.ANY_PRODUCT, Kind.ANY_CATEGORY})
"""Kinds of conditions that name what an offer goes with."""
