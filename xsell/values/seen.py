"""What a browser says it has really shown."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from xsell.values.shop import ProductId


class SeenKind(enum.StrEnum):
    """What was seen: a product's page, or offers in a placement."""

    PRODUCT = "product"
    OFFERS = "offers"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a token stands for; `key` names the drawing of the page, each has another.

    `sources` are the offers that `placement` showed.
    """

    kind: SeenKind
    product_ids: tuple[ProductId, ...] = ()
    key: str = ""
    sources: tuple[str, ...] = ()
    placement: str = ""
