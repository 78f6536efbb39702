"""Orders, refunds and log-ins: what was taken is used up once, and given back to the cent."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from tests import factories as make
from tests.services.shoppers import Shopper
from xsell.exceptions import LimitReached, OfferExpired
from xsell.models import Acceptance, AcceptanceRefund, Bundle, Offer
from xsell.services.orders import merge_carts, record_order, record_refund
from xsell.services.words import words_for
from xsell.values import RefundedLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelves(shop):
    shop.stock("camera", price=Decimal("100.00"))
    shop.stock("batteries", price=Decimal("4.00"))
    shop.stock("bread", price=Decimal("2.50"))
    shop.stock("egg", price=Decimal("0.30"))
    return shop


@pytest.fixture
def offer(shelves):
    """Batteries for half their price to who buys a camera."""
    return shelves.offer(
        "batteries",
        {"has_product": "camera"},
        headline="Batteries for half",
        benefit="percent",
        saving_percent=Decimal(50),
    )


@pytest.fixture
def breakfast(shelves):
    return shelves.bundle(10, {"bread": 1, "egg": 6}, name="Breakfast")


def with_camera(shelves, user=None):
    shopper = Shopper(user)
    shopper.adds(shelves["camera"])
    return shopper.comes_back()


@pytest.fixture
def shopper(shelves, offer, breakfast):
    """Has a camera with batteries from the offer, and two breakfasts and a bread more."""
    shopper = with_camera(shelves)
    shopper.takes(offer)
    shopper.adds(shelves["bread"], 3)
    shopper.adds(shelves["egg"], 12)
    return shopper


def ledger(order_ref):
    """The order's rows: source -> row."""
    rows = Acceptance.objects.filter(order_ref=order_ref)
    return {it.terms["source"]: it for it in rows if "source" in it.terms}


def shares(product, quantity, *, refund_ref="R1", order_ref="A1"):
    """What a refund of these units says: source -> saving."""
    lines = [RefundedLine(product.pk, quantity)]
    said = record_refund(order_ref=order_ref, refund_ref=refund_ref, lines=lines)
    assert all((it.product_id, it.quantity) == (product.pk, quantity) for it in said)
    return {it.source.partition(":")[0]: it.saving for it in said}


def run_out():
    """The time of everything that is held is over."""
    Acceptance.objects.filter(order_ref="").update(expires_at=timezone.now() - timedelta(seconds=1))


# --------------------------------------------------------------------------------------- orders


def test_an_order_uses_up_the_offer_and_writes_down_what_everything_saved(
    shelves, shopper, offer, breakfast
):
    record_order(order_ref="A1", quote=shopper.quote())
    rows = ledger("A1")
    assert set(rows) == {f"offer:{offer.pk}", f"bundle:{breakfast.pk}"}
    taken, bundle = rows[f"offer:{offer.pk}"], rows[f"bundle:{breakfast.pk}"]
    assert (taken.saving, taken.currency, taken.expires_at) == (2, "USD", None)
    assert (bundle.saving, bundle.quantity, bundle.bundle) == (Decimal("0.86"), 2, breakfast)
    assert bundle.key == f"order:A1:bundle:{breakfast.pk}"
    assert taken.ordered_at == bundle.ordered_at
    assert taken.terms["allocations"] == {
        str(shelves["batteries"].pk): {"bought": 1, "quantity": 1, "saving": "2.00"}
    }
    parts = bundle.terms["allocations"]
    assert {key: (it["bought"], it["quantity"]) for key, it in parts.items()} == {
        str(shelves["bread"].pk): (3, 2),
        str(shelves["egg"].pk): (12, 12),
    }
    assert sum(Decimal(it["saving"]) for it in parts.values()) == Decimal("0.86")


def test_the_same_order_told_twice_is_written_down_once(shopper):
    quote = shopper.quote()
    for _ in range(2):
        record_order(order_ref="A1", quote=quote)
        assert Acceptance.objects.count() == 2
    assert shares_of_all("A1") == Decimal("2.86")


def shares_of_all(order_ref):
    return sum(it.saving for it in Acceptance.objects.filter(order_ref=order_ref))


def test_what_is_ordered_is_no_longer_in_the_cart_s_price(shelves, shopper, offer):
    record_order(order_ref="A1", quote=shopper.quote())
    sources = {it.source for it in shopper.quote().applied}
    assert f"offer:{offer.pk}" not in sources


def test_an_order_cannot_rest_on_what_another_order_has_used_up(shopper):
    quote = shopper.quote()
    record_order(order_ref="A1", quote=quote)
    with pytest.raises(OfferExpired, match="Batteries for half"):
        record_order(order_ref="A2", quote=quote)
    assert not Acceptance.objects.filter(order_ref="A2").exists()


@pytest.mark.parametrize(
    ("limit", "somebody_else", "is_ordered"),
    [
        ({}, True, True),
        ({"limit_in_all": 2}, True, True),
        ({"limit_in_all": 1}, False, True),
        ({"limit_in_all": 1}, True, False),
    ],
)
def test_an_offer_whose_time_ran_out_at_the_last_moment_is_had_if_there_is_room(
    shelves, shopper, offer, limit, somebody_else, is_ordered
):
    Offer.objects.update(**limit)
    quote = shopper.quote()
    run_out()
    if somebody_else:
        with_camera(shelves).takes(offer)
    if is_ordered:
        record_order(order_ref="A1", quote=quote)
        assert ledger("A1")[f"offer:{offer.pk}"].saving == 2
        return
    before = list(Acceptance.objects.order_by("pk").values())
    with pytest.raises(OfferExpired, match="others were faster"):
        record_order(order_ref="A1", quote=quote)
    assert list(Acceptance.objects.order_by("pk").values()) == before
    assert shopper.quote().saving == Decimal("0.86")  # priced again, without it


def test_what_the_shop_rolls_back_is_rolled_back_in_the_ledger(shopper):
    with transaction.atomic():
        record_order(order_ref="A1", quote=shopper.quote())
        assert Acceptance.objects.filter(order_ref="A1").count() == 2
        transaction.set_rollback(True)
    assert not Acceptance.objects.filter(order_ref="A1").exists()
    assert shopper.quote().saving == Decimal("2.86")


def test_an_offer_taken_twice_shares_its_saving_between_its_two_rows(shelves, shopper, offer):
    shopper.takes(offer)
    record_order(order_ref="A1", quote=shopper.quote())
    rows = Acceptance.objects.filter(order_ref="A1", kind="offer")
    assert [it.saving for it in rows] == [2, 2]


def test_one_unit_taken_out_of_the_cart_stays_for_the_next_order(shelves, shopper, offer):
    shopper.takes(offer)
    shopper.removes(shelves["batteries"], 1)
    record_order(order_ref="A1", quote=shopper.quote())
    assert Acceptance.objects.filter(order_ref="A1", kind="offer").count() == 1
    assert Acceptance.objects.filter(order_ref="", kind="offer").count() == 1


def test_what_was_taken_at_the_shops_own_price_is_ordered_too(shelves, shopper):
    shelves.stock("strap", "case")
    plain = shelves.offer("case")
    shopper.clicks(product_ids=(shelves["strap"].pk,))
    shopper.takes(plain)
    shopper.clicks(product_ids=(shelves["lens"].pk,))
    shopper.removes(shelves["lens"])
    record_order(order_ref="A1", quote=shopper.quote())
    rows = Acceptance.objects.filter(order_ref="A1", saving=0)
    assert {it.product_id for it in rows} == {shelves["strap"].pk, shelves["case"].pk}


def test_an_offer_that_gave_nothing_is_not_used_up(shelves, shopper, offer):
    shopper.removes(shelves["camera"])
    record_order(order_ref="A1", quote=shopper.quote())
    assert not Acceptance.objects.filter(order_ref="A1", kind="offer").exists()


def test_an_order_without_anything_of_ours_writes_nothing(shelves):
    record_order(order_ref="A1", quote=with_camera(shelves).quote())
    assert not Acceptance.objects.exists()


def test_a_reference_may_be_as_long_as_the_shop_likes(shopper, breakfast):
    long = "N" * 200
    for _ in range(2):
        record_order(order_ref=long, quote=shopper.quote())
    (row,) = Acceptance.objects.filter(order_ref=long, bundle=breakfast)
    assert len(row.key) <= 80


def test_orders_and_refunds_outlive_offer_and_bundle(shelves, shopper, offer, breakfast):
    record_order(order_ref="A1", quote=shopper.quote())
    Offer.objects.all().delete()
    Bundle.objects.all().delete()
    assert shares_of_all("A1") == Decimal("2.86")
    assert shares(shelves["batteries"], 1) == {"offer": 2}


# -------------------------------------------------------------------------------------- refunds


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


# --------------------------------------------------------------------------------------- log-in


def test_at_log_in_a_guests_offers_go_to_the_customer_and_their_cart(shelves, offer):
    guest, customer = with_camera(shelves), make.UserFactory()
    guest.takes(offer)
    known = with_camera(shelves, customer)
    known.adds(shelves["batteries"])
    assert merge_carts(request=known.request, from_ref=guest.cart_ref) == ()
    (row,) = known.taken()
    assert (row.customer_id, row.shopper_key) == (str(customer.pk), f"customer:{customer.pk}")
    assert known.quote().saving == 2


def test_a_guests_cart_that_becomes_the_customers_keeps_its_ref(shelves, offer):
    guest, customer = with_camera(shelves), make.UserFactory()
    guest.takes(offer)
    known = Shopper(customer, cart_ref=guest.cart_ref)
    for _ in range(2):
        assert merge_carts(request=known.request, from_ref=guest.cart_ref) == ()
    assert [it.customer_id for it in known.taken()] == [str(customer.pk)]
    assert known.quote().saving == 2


def test_what_one_customer_cannot_have_twice_lapses_at_log_in_with_words(shelves, offer):
    Offer.objects.update(limit_per_customer=1)
    customer = make.UserFactory()
    known = with_camera(shelves, customer)
    known.takes(offer)
    guest = with_camera(shelves)
    guest.takes(offer)
    known.adds(shelves["batteries"])
    (lapsed,) = merge_carts(request=known.request, from_ref=guest.cart_ref)
    assert words_for(lapsed) == "You have had “Batteries for half” as often as one shopper can."
    quote = known.quote()
    assert quote.saving == 2
    assert [words_for(it) for it in quote.withheld] == [words_for(lapsed)]
    assert merge_carts(request=known.request, from_ref=guest.cart_ref) == ()


def test_what_was_ordered_before_counts_at_log_in(shelves, offer):
    Offer.objects.update(limit_per_customer=1)
    customer = make.UserFactory()
    known = with_camera(shelves, customer)
    known.takes(offer)
    record_order(order_ref="A1", quote=known.quote())
    guest = with_camera(shelves)
    guest.takes(offer)
    again = Shopper(customer, cart_ref=guest.cart_ref)
    (lapsed,) = merge_carts(request=again.request, from_ref=guest.cart_ref)
    assert lapsed.source == f"offer:{offer.pk}"
    assert again.quote().saving == 0


@pytest.mark.parametrize("from_ref", ["", "987654"])
def test_a_cart_that_there_is_not_gives_nothing(shelves, offer, from_ref):
    known = with_camera(shelves, make.UserFactory())
    assert merge_carts(request=known.request, from_ref=from_ref) == ()


def test_another_customers_cart_gives_nothing(shelves, offer):
    other = with_camera(shelves, make.UserFactory())
    other.takes(offer)
    known = with_camera(shelves, make.UserFactory())
    assert merge_carts(request=known.request, from_ref=other.cart_ref) == ()
    assert len(other.taken()) == 1
