"""What shoppers take goes into the ledger, once for each click, and no more than there is."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests import factories as make
from tests.services.shoppers import Shopper
from xsell.exceptions import LimitReached, NotOnOffer, TokenRefused
from xsell.models import Acceptance

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(shop):
    """Batteries for half their price, held for two hours."""
    shop.stock("batteries", price=Decimal("4.00"))
    return shop.offer("batteries", benefit="percent", saving_percent=Decimal(50))


def shopper_with(*products):
    shopper = Shopper()
    for product in products:
        shopper.adds(product)
    return shopper.comes_back()


def test_what_is_taken_is_written_down_with_its_terms(shop, offer):
    shopper, now = shopper_with(shop["camera"]), timezone.now()
    (change,) = shopper.takes(offer, key="k", placement="checkout-bump", now=now)
    assert change.done
    (row,) = shopper.taken()
    assert (row.key, row.kind, row.placement) == ("k", "offer", "checkout-bump")
    assert (row.offer, row.product_id, row.quantity) == (offer, shop["batteries"].pk, 1)
    assert (row.accepted_at, row.expires_at) == (now, now + timedelta(minutes=120))
    assert (row.currency, row.order_ref, row.saving) == ("USD", "", None)
    assert row.shopper_key == shopper.request.session.session_key
    assert row.terms["prices"] == {str(shop["batteries"].pk): "4.00"}
    assert row.terms["benefit"] == "percent"
    assert Decimal(row.terms["saving_percent"]) == 50


def test_a_guest_s_first_click_is_written_down_with_the_cart_that_it_made(offer):
    guest = Shopper()
    guest.takes(offer, key="first")
    (row,) = Acceptance.objects.all()
    assert row.cart_ref == guest.cart_ref != ""
    assert guest.comes_back().takes(offer, key="first")[0].done
    assert guest.holds() == {"batteries": 1}


def test_the_same_click_again_gets_the_first_result_and_does_nothing(shop, offer):
    shopper = shopper_with(shop["camera"])
    first = shopper.takes(offer, key="k")
    assert shopper.takes(offer, key="k") == first
    assert shopper.holds() == {"camera": 1, "batteries": 1}
    assert len(shopper.taken()) == 1


@pytest.mark.parametrize("what", ["paused", "over", "deleted"])
def test_the_same_click_gets_the_first_result_when_the_offer_is_over(shop, offer, what):
    shopper = shopper_with(shop["camera"])
    first = shopper.takes(offer, key="k")
    match what:
        case "paused":
            type(offer).objects.update(state="paused")
        case "over":
            type(offer).objects.update(ends_at=timezone.now() - timedelta(days=1))
        case "deleted":
            type(offer).objects.all().delete()
    assert shopper.takes(offer, key="k") == first


def test_a_click_that_only_in_part_succeeded_says_so_again(shop):
    shop.stock("sold out", stock=0)
    shopper = shopper_with(shop["camera"])
    wanted = (shop["strap"].pk, shop["sold out"].pk)
    first = shopper.clicks(product_ids=wanted, key="k")
    assert [it.done for it in first] == [True, False]
    assert shopper.clicks(product_ids=wanted, key="k") == first
    (row,) = shopper.taken()
    assert (row.product_id, row.quantity) == (shop["strap"].pk, 1)


def test_a_click_on_several_names_all_of_them(shop):
    shopper = Shopper()
    shopper.clicks(product_ids=(shop["strap"].pk, shop["case"].pk))
    (row,) = shopper.taken()
    assert (row.product_id, row.quantity) == (None, 2)
    assert [it["product_id"] for it in row.result] == [str(shop["strap"].pk), str(shop["case"].pk)]


def test_what_could_not_be_had_leaves_no_row_and_may_be_tried_again(shop, offer):
    shopper = shopper_with(shop["camera"])
    type(shop["batteries"]).objects.filter(title="batteries").update(stock=0)
    (refused,) = shopper.takes(offer, key="k")
    assert (refused.done, Acceptance.objects.count()) == (False, 0)
    type(shop["batteries"]).objects.filter(title="batteries").update(stock=5)
    assert shopper.takes(offer, key="k")[0].done


def test_a_click_that_fails_half_way_changes_nothing(shop):
    shopper = shopper_with(shop["camera"])

    def breaks():
        shopper.adds(shop["strap"])
        raise RuntimeError("the lights went out")

    with pytest.raises(RuntimeError, match="lights"):
        shopper.clicks(product_ids=(shop["strap"].pk,), act=breaks)
    assert shopper.holds() == {"camera": 1}
    assert not Acceptance.objects.exists()


@pytest.mark.parametrize("who", ["another session", "another cart", "a guest without anything"])
def test_anothers_key_is_refused_and_changes_nothing(shop, offer, who):
    shopper = shopper_with(shop["camera"])
    shopper.takes(offer, key="k")
    other = {
        "another session": lambda: Shopper(cart_ref=shopper.cart_ref).comes_back(),
        "another cart": lambda: shopper_with(shop["strap"]),
        "a guest without anything": Shopper,
    }[who]()
    before = other.holds()
    with pytest.raises(TokenRefused):
        other.takes(offer, key="k")
    assert other.holds() == before
    assert Acceptance.objects.count() == 1


def test_an_offer_that_there_never_was_is_refused(shop, offer):
    offer.pk = 987654
    with pytest.raises(NotOnOffer):
        shopper_with(shop["camera"]).takes(offer)
    assert not Acceptance.objects.exists()


@pytest.mark.parametrize(
    ("limit", "clicks", "words"),
    [
        ({"limit_in_all": 3}, "mine mine other other", "Others were faster"),
        ({"limit_in_all": 1}, "mine other", "Others were faster"),
        ({"limit_per_customer": 2}, "mine mine other mine", "as one shopper can"),
        ({"limit_per_order": 1}, "mine other mine", "as one order can"),
    ],
)
def test_the_last_click_is_one_too_many(shop, offer, limit, clicks, words):
    type(offer).objects.update(**limit)
    carts = {name: shopper_with(shop["camera"]) for name in ("mine", "other")}
    *within, beyond = clicks.split()
    for name in within:
        assert carts[name].takes(offer)[0].done
    held = carts[beyond].holds()
    with pytest.raises(LimitReached, match=words):
        carts[beyond].takes(offer)
    assert carts[beyond].holds() == held
    assert Acceptance.objects.count() == len(within)


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ({}, True),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, False),
        ({"order_ref": "A1", "ordered_at": timezone.now(), "expires_at": None}, True),
        (
            {"order_ref": "A1", "ordered_at": timezone.now(), "expires_at": timezone.now()},
            False,  # ordered, and all of it came back
        ),
    ],
)
def test_what_is_held_or_ordered_counts_and_what_lapsed_or_came_back_does_not(
    shop, offer, row, counts
):
    type(offer).objects.update(limit_in_all=1)
    shopper_with(shop["camera"]).takes(offer)
    Acceptance.objects.update(**row)
    other = shopper_with(shop["camera"])
    if not counts:
        assert other.takes(offer)[0].done
        return
    with pytest.raises(LimitReached):
        other.takes(offer)


def test_a_customer_is_the_same_in_every_session(shop, offer):
    type(offer).objects.update(limit_per_customer=1)
    customer = make.UserFactory()
    Shopper(customer).takes(offer)
    with pytest.raises(LimitReached):
        Shopper(customer).takes(offer)
    assert Shopper(make.UserFactory()).takes(offer)[0].done


def test_a_guest_is_the_same_before_and_after_the_session_has_a_key(offer):
    type(offer).objects.update(limit_per_customer=1)
    guest = Shopper()
    guest.takes(offer)
    with pytest.raises(LimitReached):
        guest.comes_back().takes(offer)


def test_the_ledger_outlives_the_offer_and_the_bundle(shop, offer):
    bundle = shop.bundle(10, {"bread": 1, "egg": 6})
    shopper = shopper_with(shop["camera"])
    shopper.takes(offer)
    shopper.clicks(kind="bundle", bundle_id=bundle.pk, product_ids=(shop["bread"].pk,))
    offer.delete()
    bundle.delete()
    taken, set_taken = shopper.taken()
    assert (taken.offer, taken.terms["name"]) == (None, "Before you pay")
    assert (set_taken.bundle, set_taken.terms["name"]) == (None, bundle.name)
    assert set_taken.terms["items"] == {str(shop["bread"].pk): 1, str(shop["egg"].pk): 6}


def test_who_takes_an_offer_out_and_takes_it_again_holds_one_unit(shop, offer):
    type(offer).objects.update(limit_in_all=2, limit_per_order=1)
    shopper, other = shopper_with(shop["camera"]), shopper_with(shop["camera"])
    for _ in range(4):
        shopper.takes(offer)
        shopper.removes(shop["batteries"])
    shopper.takes(offer)
    assert other.takes(offer)[0].done
    assert Acceptance.objects.filter(expires_at__gt=timezone.now()).count() == 2
