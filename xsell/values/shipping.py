"""How far a cart is from free shipping."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ShippingGap:
    """What a cart lacks to free shipping: `missing` of `threshold`, as the shop's own rule counts.

    Nothing is missing where the order ships free, for whatever reason.
    """

    threshold: Decimal
    missing: Decimal
    currency: str

    @classmethod
    def to(cls, threshold: Decimal, goods: Decimal, currency: str) -> ShippingGap:
        """The gap from what the goods cost, by the rule's own count, to the threshold.

        >>> ShippingGap.to(Decimal("35.00"), Decimal("30.80"), "USD").missing
        Decimal('4.20')
        """
        return cls(threshold, max(Decimal(0), threshold - goods), currency)

    @property
    def is_reached(self) -> bool:
        """Whether the order ships free."""
        return self.missing <= 0

    @property
    def counted(self) -> Decimal:
        """What the rule counts towards the threshold, which is where it ends."""
        return self.threshold - self.missing
