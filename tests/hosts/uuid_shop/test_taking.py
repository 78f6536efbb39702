"""What is taken in a shop whose keys are UUIDs, and whose parents are sold as their variants."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from xsell.adapters import get_adapter
from xsell.models import Acceptance, Offer, OfferCondition
from xsell.services.acceptances import take_once
from xsell.services.orders import record_order, record_refund
from xsell.services.pricing import price_cart
from xsell.values import RefundedLine, Take, TakeKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_guest(rf):
    request = rf.post("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    return request


@pytest.fixture
def offer(shop):
    """A shirt, in whichever size, for 10 % less to who buys socks."""
    offer = Offer.objects.create(
        name="Shirts",
        headline="A shirt for your socks",
        product=shop["shirt"],
        benefit="percent",
        saving_percent=Decimal(10),
        state="live",
    )
    OfferCondition.objects.create(offer=offer, kind="has_product", product=shop["socks"])
    return offer


def takes(request, offer, product, key):
    adapter = get_adapter()
    return take_once(
        take=Take(TakeKind.OFFER, (product.pk,), offer_id=offer.pk, key=key),
        context=adapter.context(request),
        cart=adapter.cart(request),
        now=timezone.now(),
        act=lambda: (adapter.add_to_cart(request, product.pk),),
        afterwards=lambda: (adapter.context(request), adapter.cart(request)),
    )


def test_an_offered_parent_is_priced_ordered_and_given_back_as_the_variant_that_was_sold(
    shop, offer, request_of_guest
):
    request = request_of_guest
    get_adapter().add_to_cart(request, shop["socks"].pk)
    first = takes(request, offer, shop["shirt"], "k")
    assert first[0].product_id == shop["S"].pk  # the cheapest
    assert takes(request, offer, shop["shirt"], "k") == first
    quote = price_cart(request)
    assert (quote.saving, quote.withheld) == (Decimal("7.00"), ())
    record_order(order_ref="A1", quote=quote)
    lines = [RefundedLine(shop["S"].pk, 1)]
    (share,) = record_refund(order_ref="A1", refund_ref="R1", lines=lines)
    assert (share.product_id, share.saving) == (shop["S"].pk, 7)
    assert record_refund(order_ref="A1", refund_ref="R1", lines=lines) == (share,)


def test_two_variants_of_an_offered_parent_save_each_its_own(shop, offer, request_of_guest):
    request = request_of_guest
    get_adapter().add_to_cart(request, shop["socks"].pk)
    for key in ("S", "L"):
        takes(request, offer, shop[key], key)
    quote = price_cart(request)
    record_order(order_ref="A1", quote=quote)
    savings = dict(Acceptance.objects.values_list("product", "saving"))
    assert savings == {shop["S"].pk: 7, shop["L"].pk: 8}
