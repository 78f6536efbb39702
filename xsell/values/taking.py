"""What a click asks for."""

from __future__ import annotations

from dataclasses import dataclass

from xsell.values.shop import ProductId


@dataclass(frozen=True, slots=True)
class Take:
    """One thing that a shopper was offered and clicks on; `key` names the click.

    `kind` is one of `Acceptance.Kind`. An upgrade puts `product_ids` in the place of `current_id`.
    """

    kind: str
    product_ids: tuple[ProductId, ...] = ()
    current_id: ProductId | None = None
    bundle_id: int | None = None
    offer_id: int | None = None
    placement: str = ""
    key: str = ""
