"""At log-in, what a guest has taken goes to the customer."""

import pytest

from tests import factories as make
from tests.services.shoppers import Shopper, with_camera
from xsell.models import Offer
from xsell.services.orders import merge_carts, record_order
from xsell.services.words import words_for

pytestmark = pytest.mark.django_db


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
