"""What comes back takes its share of each saving with it, to the cent."""

from decimal import Decimal

import pytest

from tests.services.shoppers import with_camera
from xsell.exceptions import LimitReached
from xsell.models import Acceptance, AcceptanceRefund, Bundle, Offer
from xsell.services.orders import record_order, record_refund
from xsell.values import RefundedLine

pytestmark = pytest.mark.django_db


def shares(product, quantity, *, refund_ref="R1", order_ref="A1"):
    """What a refund of these units says: source -> saving."""
    lines = [RefundedLine(product.pk, quantity)]
    said = record_refund(order_ref=order_ref, refund_ref=refund_ref, lines=lines)
    assert all((it.product_id, it.quantity) == (product.pk, quantity) for it in said)
    return {it.source.partition(":")[0]: it.saving for it in said}


@pytest.mark.parametrize(
    "quantities",
    [[3], [1, 1, 1], [2, 1], [1, 2]],
)
def test_the_shares_of_all_refunds_sum_to_what_was_saved(shelves, shopper, quantities):
    record_order(order_ref="A1", quote=shopper.quote())
    (row,) = Acceptance.objects.filter(order_ref="A1", kind="bundle")
    whole = Decimal(row.terms["allocations"][str(shelves["bread"].pk)]["saving"])
    parts = [
        shares(shelves["bread"], quantity, refund_ref=f"R{number}")["bundle"]
        for number, quantity in enumerate(quantities)
    ]
    assert sum(parts) == whole == Decimal("0.50")
    assert all(
        abs(part - whole * n / 3) < Decimal("0.01")
        for part, n in zip(parts, quantities, strict=True)
    )


def test_the_same_refund_told_twice_gets_the_first_answer(shelves, shopper):
    record_order(order_ref="A1", quote=shopper.quote())
    first = shares(shelves["bread"], 2)
    assert shares(shelves["bread"], 2) == first
    assert AcceptanceRefund.objects.count() == 1


@pytest.mark.parametrize(
    ("before", "n", "message"),
    [
        (0, 4, r"3 of product \d+ were bought and 0 came back before, so 4 more cannot"),
        (2, 2, r"3 of product \d+ were bought and 2 came back before, so 2 more cannot"),
        (0, 0, r"0 of product \d+ cannot come back"),
        (0, -1, r"-1 of product \d+ cannot come back"),
    ],
)
def test_more_than_was_bought_cannot_come_back(shelves, shopper, before, n, message):
    record_order(order_ref="A1", quote=shopper.quote())
    if before:
        shares(shelves["bread"], before)
    known = AcceptanceRefund.objects.count()
    with pytest.raises(ValueError, match=message):
        shares(shelves["bread"], n, refund_ref="R2")
    assert AcceptanceRefund.objects.count() == known


def test_two_savings_on_one_product_are_both_shared(shelves, offer):
    """Bought with the bundle and through the offer: each source gives its own part."""
    shelves.bundle(10, {"batteries": 1, "bread": 1}, name="Torch")
    shopper = with_camera(shelves)
    shopper.takes(offer)
    shopper.adds(shelves["batteries"])
    shopper.adds(shelves["bread"])
    record_order(order_ref="A1", quote=shopper.quote())
    assert shares(shelves["batteries"], 1) == {"offer": 1, "bundle": Decimal("0.20")}
    assert shares(shelves["batteries"], 1, refund_ref="R2") == {
        "offer": 1,
        "bundle": Decimal("0.20"),
    }


def test_what_nothing_fell_on_is_the_shops_own_affair(shelves, shopper):
    record_order(order_ref="A1", quote=shopper.quote())
    assert shares(shelves["camera"], 1) == {}
    assert shares(shelves["bread"], 1, order_ref="unknown") == {}
    assert shares(shelves["bread"], 1, order_ref="") == {}
    assert not AcceptanceRefund.objects.exists()


def test_what_came_back_whole_can_be_had_by_others(shelves, shopper, offer):
    Offer.objects.update(limit_in_all=1)
    record_order(order_ref="A1", quote=shopper.quote())
    with pytest.raises(LimitReached):
        with_camera(shelves).takes(offer)
    shares(shelves["batteries"], 1)
    assert with_camera(shelves).takes(offer)[0].done


def test_orders_and_refunds_outlive_offer_and_bundle(shelves, shopper, offer, breakfast):
    record_order(order_ref="A1", quote=shopper.quote())
    Offer.objects.all().delete()
    Bundle.objects.all().delete()
    assert sum(it.saving for it in Acceptance.objects.filter(order_ref="A1")) == Decimal("2.86")
    assert shares(shelves["batteries"], 1) == {"offer": 2}
