"""What a shop calls when units of an order come back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import router, transaction
from django.utils import timezone

from xsell.models import Acceptance, AcceptanceRefund
from xsell.models.fields import from_json
from xsell.pricing.currencies import rounded
from xsell.values import RefundedLine, RefundShare


def record_refund(
    *, order_ref: str, refund_ref: str, lines: Iterable[RefundedLine]
) -> tuple[RefundShare, ...]:
    """Write down what came back; return the part of each saving that falls on it.

    What to give back is the price of the units less these shares::

        shares = record_refund(
            order_ref=str(order.pk),
            refund_ref=str(refund.pk),
            lines=[RefundedLine(product_id, quantity=1)],
        )
        amount = unit_price - sum(share.saving for share in shares)

    A saving on a product is spread over all units of it that were ordered, and over the refunds so
    that together they give back exactly what it was. The same `refund_ref` again gives the first
    result. Raise ValueError for more than was bought. A product on which nothing of xsell's fell is
    the shop's own affair: nothing is written or returned for it.
    """
    alias = router.db_for_write(Acceptance)
    with transaction.atomic(using=alias):
        rows = Acceptance.objects.using(alias).select_for_update().filter(order_ref=order_ref)
        ordered = list(rows.exclude(order_ref="").order_by("pk"))
        before = AcceptanceRefund.objects.using(alias).filter(acceptance__in=ordered)
        earlier = list(before.select_for_update().order_by("pk"))
        refunds = [it for it in earlier if it.refund_ref == refund_ref]
        if not refunds:
            back = _units(lines)
            now = timezone.now()
            for row in ordered:
                own = [it for it in earlier if it.acceptance_id == row.pk]
                refunds += _refunds_of(row, own, refund_ref, back, now)
            AcceptanceRefund.objects.using(alias).bulk_create(refunds)
            _release(ordered, [*earlier, *refunds], now, alias)
    return _shares(ordered, refunds)


def _units(lines: Iterable[RefundedLine]) -> Counter[str]:
    """Units of each product that came back. Raise ValueError unless each is at least one."""
    units = Counter[str]()
    for line in lines:
        if line.quantity < 1:
            raise ValueError(
                f"{line.quantity} of product {line.product_id} cannot come back: at least 1 must"
            )
        units[str(line.product_id)] += line.quantity
    return units


def _refunds_of(
    row: Acceptance,
    earlier: list[AcceptanceRefund],
    refund_ref: str,
    back: Mapping[str, int],
    now: datetime,
) -> list[AcceptanceRefund]:
    """What of an acceptance comes back with these units. Raise ValueError for too many of them."""
    refunds = []
    for product, allocation in _allocations(row).items():
        if product not in back:
            continue
        own = [it for it in earlier if str(it.product_id) == product]
        n_before, n_bought = sum(it.quantity for it in own), allocation["bought"]
        n_after = n_before + back[product]
        if n_after > n_bought:
            raise ValueError(
                f"order {row.order_ref}: {n_bought} of product {product} were bought and "
                f"{n_before} came back before, so {back[product]} more cannot"
            )
        whole = Decimal(allocation["saving"])
        due = rounded(whole * n_after / n_bought, row.currency)
        refunds.append(
            AcceptanceRefund(
                acceptance=row,
                refund_ref=refund_ref,
                product_id=from_json(product),
                quantity=back[product],
                saving=due - sum((it.saving for it in own), Decimal(0)),
                refunded_at=now,
            )
        )
    return refunds


def _release(
    rows: Iterable[Acceptance], refunds: list[AcceptanceRefund], now: datetime, alias: str
) -> None:
    """Let go of the acceptances of which everything came back: others can have them again."""
    for row in rows:
        units = Counter[str]()
        for it in refunds:
            if it.acceptance_id == row.pk:
                units[str(it.product_id)] += it.quantity
        allocations = _allocations(row)
        came_back = all(units[key] == it["bought"] for key, it in allocations.items())
        if allocations and came_back and row.expires_at is None:
            row.expires_at = now
            row.save(using=alias, update_fields=["expires_at"])


def _shares(
    rows: Iterable[Acceptance], refunds: Iterable[AcceptanceRefund]
) -> tuple[RefundShare, ...]:
    """The refunds of what saved something, as the shop reads them."""
    by_key = {row.pk: row for row in rows}
    return tuple(
        # Rounded: the database keeps more decimals than the currency has.
        RefundShare(
            row.terms["source"], it.product_id, it.quantity, rounded(it.saving, row.currency)
        )
        for it in refunds
        for row in [by_key[it.acceptance_id]]
        if Decimal(_allocations(row)[str(it.product_id)]["saving"])
    )


def _allocations(row: Acceptance) -> dict[str, dict[str, Any]]:
    """Of each product in an ordered acceptance: units bought, and what was saved on them."""
    allocations: dict[str, dict[str, Any]] = row.terms.get("allocations", {})
    return allocations
