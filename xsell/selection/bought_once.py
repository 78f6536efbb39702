"""What nobody buys twice, and who has it already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xsell.models import BoughtOnce
from xsell.values import Described, ProductId


@dataclass(frozen=True, slots=True)
class BoughtOnceRules:
    """Products, and categories whose products, are each bought once."""

    product_ids: frozenset[ProductId] = frozenset()
    category_ids: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.product_ids or self.category_ids)

    def hold_for(self, product: Described) -> bool:
        """Whether nobody buys this product, or another variant of it, twice."""
        return not self.product_ids.isdisjoint(
            (product.product_id, product.family)
        ) or not self.category_ids.isdisjoint(product.category_ids)


@dataclass(frozen=True, slots=True)
class Spent:
    """What the shopper has bought, by products and families, and which of it is bought once."""

    rules: BoughtOnceRules = BoughtOnceRules()
    owned: frozenset[ProductId] = frozenset()

    def has(self, product: Described) -> bool:
        """Whether the shopper has it, or a variant of it, and needs no other."""
        is_owned = not self.owned.isdisjoint((product.product_id, product.family))
        return is_owned and self.rules.hold_for(product)


NOTHING = Spent()
"""Of a guest, or in a shop where anything may be bought twice."""


def bought_once_rules() -> BoughtOnceRules:
    """All rules, in one query."""
    rows = list(BoughtOnce.objects.values_list("product_id", "category_id"))
    return BoughtOnceRules(
        frozenset(product_id for product_id, _ in rows if product_id is not None),
        frozenset(category_id for _, category_id in rows if category_id),
    )


def spent_of(
    rules: BoughtOnceRules,
    bought: tuple[ProductId, ...],
    details: Mapping[ProductId, Described],
) -> Spent:
    """What was bought, with the families of variants; details of it may be asked for first."""
    families = (details[it].family for it in bought if it in details)
    return Spent(rules, frozenset((*bought, *families)))
