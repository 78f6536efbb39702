"""Orders use up what was taken, once, and never what somebody else has by now."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from tests.services.shoppers import with_camera
from xsell.exceptions import OfferExpired
from xsell.models import Acceptance, Offer
from xsell.services.orders import record_order

pytestmark = pytest.mark.django_db


def ledger(order_ref):
    """The order's rows: source -> row."""
    rows = Acceptance.objects.filter(order_ref=order_ref)
    return {it.terms["source"]: it for it in rows if "source" in it.terms}


def run_out():
    """The time of everything that is held is over."""
    Acceptance.objects.filter(order_ref="").update(expires_at=timezone.now() - timedelta(seconds=1))


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
