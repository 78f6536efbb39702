"""What a shopper takes with one click."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import Decimal

from xsell.values.shop import ProductId


class TakeKind(enum.StrEnum):
    """What a click does, in the words of the ledger."""

    ADD = "add"
    UPGRADE = "upgrade"
    BUNDLE = "bundle"
    OFFER = "offer"
    UNDO = "undo"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Take:
    """One click, as the page offered it; `key` names it, so that it counts once.

    `product_ids` are the products that the shopper saw: those to add, the better one of an upgrade,
    each unit of a bundle's set, or an offer's. `current_id` is what an upgrade replaces, or what
    the page of a bundle was about; `anchor_ids` are what an offer's placement was around, none
    being the cart. `source` names what is answered: the step up that is taken or declined, or, to
    undo one, the key of the click that took it.
    """

    kind: TakeKind
    product_ids: tuple[ProductId, ...] = ()
    current_id: ProductId | None = None
    bundle_id: int | None = None
    offer_id: int | None = None
    placement: str = ""
    key: str = ""
    anchor_ids: tuple[ProductId, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class RefundedLine:
    """Units of a product of an order that came back, whatever lines they were on."""

    product_id: ProductId
    quantity: int


@dataclass(frozen=True, slots=True)
class RefundShare:
    """The part of what `source` saved on the order that falls on units which came back."""

    source: str
    product_id: ProductId
    quantity: int
    saving: Decimal
