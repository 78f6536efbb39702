"""A small shop in the words of its people: products by name, rows in one line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from demo_shop.models import Product
from tests import factories as make
from xsell.adapters import get_adapter
from xsell.models import (
    BestSeller,
    CoPurchase,
    MiningRun,
    OfferCondition,
    Placement,
    SegmentRule,
)
from xsell.selection.explaining import imagined_cart
from xsell.selection.pages import Page
from xsell.values import PlacementContent


class ShopFloor:
    """Products by name; a name that is new is put on the shelf."""

    def __init__(self) -> None:
        self.run: MiningRun = make.MiningRunFactory()
        self._products: dict[str, Product] = {}

    def __getitem__(self, name: str) -> Product:
        if name not in self._products:
            self.stock(name)
        return self._products[name]

    def stock(self, *names: str, **fields: Any) -> None:
        """Put products on the shelf."""
        for name in names:
            self._products[name] = make.ProductFactory(title=name, **fields)

    def name_of(self, product_id: Any) -> str:
        return next(name for name, it in self._products.items() if it.pk == product_id)

    def relate(self, anchor: str, *suggested: str, **fields: Any) -> None:
        """Curated relations, in order."""
        for position, name in enumerate(suggested):
            make.ProductRelationFactory(
                anchor=self[anchor], suggested=self[name], position=position, **fields
            )

    def bought_with(self, anchor: str, *suggested: str, score: float = 0.9, **fields: Any) -> None:
        """Mined relations, the strongest first."""
        for place, name in enumerate(suggested):
            make.CoPurchaseFactory(
                run=self.run,
                anchor=self[anchor],
                suggested=self[name],
                position=place + 1,
                score=score - place / 10,
                **fields,
            )
        self._tell_standings()

    def best_sellers(self, *names: str) -> None:
        """What sells best, the best first."""
        places: dict[int, int] = {}
        for position, name in enumerate(names, 1):
            category = self[name].category_id
            places[category] = places.get(category, 0) + 1
            make.BestSellerFactory(
                run=self.run,
                product=self[name],
                position=position,
                category_position=places[category],
            )
        self._tell_standings()

    def _tell_standings(self) -> None:
        for seller in BestSeller.objects.filter(run=self.run):
            CoPurchase.objects.filter(run=self.run, suggested=seller.product_id).update(
                suggested_prior=seller.prior, suggested_position=seller.position
            )

    def ladder(self, *names: str, recommended: str = "", **fields: Any) -> None:
        """A tier ladder, the lowest rung first."""
        ladder = make.TierLadderFactory(**fields)
        for rank, name in enumerate(names, 1):
            make.TierFactory(
                ladder=ladder,
                product=self[name],
                rank=rank,
                label=name.title(),
                is_recommended=name == recommended,
            )

    def bundle(
        self,
        percent: int | None,
        quantities: dict[str, int],
        *,
        groups: Mapping[str, int] = {},
        required: Iterable[str] = (),
        **fields: Any,
    ) -> Any:
        """A live bundle; `groups`: name -> number of its group; without a percentage `fields` say
        what it gains.
        """
        saving = None if percent is None else Decimal(percent)
        bundle = make.BundleFactory(saving_percent=saving, **fields)
        for position, (name, quantity) in enumerate(quantities.items()):
            make.BundleItemFactory(
                bundle=bundle,
                product=self[name],
                quantity=quantity,
                position=position,
                group=groups.get(name),
                is_required=name in required,
            )
        return bundle

    def offer(self, name: str, /, *groups: dict[str, Any], **fields: Any) -> Any:
        """An offer of the product; each group is a table of conditions that must all hold.

        `"not ..."` negates a kind. Fields that are products may be named.
        """
        for column in ("replaced_product", "gift_product"):
            if isinstance(fields.get(column), str):
                fields[column] = self[fields[column]]
        offer = make.OfferFactory(product=self[name], **fields)
        for number, group in enumerate(groups, 1):
            for asked, operand in group.items():
                kind = asked.removeprefix("not ")
                make.OfferConditionFactory(
                    offer=offer,
                    group=number,
                    kind=kind,
                    is_negated=kind != asked,
                    **self._operands(kind, operand),
                )
        return offer

    def _operands(self, kind: str, operand: Any) -> dict[str, Any]:
        """What a condition of this kind asks for, by column."""
        columns = OfferCondition.OPERANDS[kind]
        values = operand if isinstance(operand, tuple) else (operand,) * len(columns)
        given = dict(zip(columns, values, strict=True))
        if "product" in given:
            given["product"] = self[given["product"]]
        return given

    def segment(self, name: str, *groups: dict[str, Any]) -> Any:
        """A segment; each group is a table of rules that must all hold.

        Operands are in the order of the columns that the kind asks for; "not fact_is" is negated.
        """
        segment = make.SegmentFactory(name=name)
        for number, group in enumerate(groups, 1):
            for told, operands in group.items():
                kind = told.removeprefix("not ")
                given = operands if isinstance(operands, tuple) else (operands,)
                columns = dict(zip(SegmentRule.OPERANDS[kind], given, strict=True))
                if "product" in columns:
                    columns["product"] = self[columns["product"]]
                make.SegmentRuleFactory(
                    segment=segment, group=number, kind=kind, is_negated=told != kind, **columns
                )
        return segment

    def ordered(self, customer: Any, *names: str, days_ago: int = 0, each: Any = "2.50") -> Any:
        """An order of one each of these, so many days ago."""
        placed_at = timezone.now() - timedelta(days=days_ago)
        order = make.OrderFactory(customer=customer, placed_at=placed_at)
        for name in names:
            make.OrderLineFactory(order=order, product=self[name], unit_price=Decimal(each))
        return order

    def place(self, slug: str, **fields: Any) -> None:
        """Change a placement."""
        Placement.objects.filter(slug=slug).update(**fields)

    def page(
        self,
        cart: Iterable[str] = (),
        quantity: int = 1,
        at: datetime | None = None,
        tells_all: bool = False,
        **context: Any,
    ) -> Page:
        """The page of a shopper who holds these."""
        adapter = get_adapter()
        held = imagined_cart(adapter, [self[name].pk for name in cart])
        lines = tuple(replace(line, quantity=quantity) for line in held.lines)
        shopper = replace(adapter.context_for(), **context)
        held = replace(held, lines=lines)
        return Page(adapter, shopper, held, at or timezone.now(), tells_all=tells_all)

    def page_with(self, cart: Mapping[str, int]) -> Page:
        """The page of a shopper who holds so many of each."""
        adapter = get_adapter()
        held = imagined_cart(adapter, [self[name].pk for name in cart])
        lines = tuple(
            replace(line, quantity=quantity)
            for line, quantity in zip(held.lines, cart.values(), strict=True)
        )
        return Page(adapter, adapter.context_for(), replace(held, lines=lines), timezone.now())

    def content(
        self, slug: str, product: str = "", cart: Iterable[str] = (), **context: Any
    ) -> PlacementContent:
        """What a placement holds."""
        product_id = self[product].pk if product else None
        return self.page(cart, **context).placement(slug, product_id=product_id)

    def shown(
        self, slug: str, product: str = "", cart: Iterable[str] = (), **context: Any
    ) -> list[str]:
        """Names of what a placement shows, in order."""
        content = self.content(slug, product, cart, **context)
        return [it.product.title for it in content.suggestions]
