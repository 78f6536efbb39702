"""A product is deleted: what was cheaper only with it costs its own price again."""

from decimal import Decimal

import pytest

from demo_shop.models import Product
from tests.services.shoppers import Shopper
from xsell.models import Bundle, Offer
from xsell.values import BenefitKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def shopper(shelves):
    shopper = Shopper()
    shopper.adds(shelves["batteries"])
    return shopper


def delete_one(product):
    product.delete()


def delete_many(product):
    Product.objects.filter(pk=product.pk).delete()


@pytest.mark.parametrize("delete", [delete_one, delete_many])
def test_a_bundle_goes_with_a_part_that_is_deleted(shelves, shopper, delete, caplog):
    benefit = BenefitKind.CHEAPEST_FREE.value
    shelves.bundle(None, {"camera": 1, "batteries": 1}, benefit=benefit)
    delete(shelves["camera"])
    assert shopper.quote().saving == 0
    assert not Bundle.objects.get().is_live
    assert "a product was deleted" in caplog.text


@pytest.mark.parametrize("delete", [delete_one, delete_many])
def test_an_offer_goes_with_the_product_that_it_asks_for(shelves, shopper, offer, delete):
    shopper.adds(shelves["camera"])
    shopper.takes(offer)
    assert shopper.quote().saving == Decimal("2.00")
    delete(shelves["camera"])
    assert shopper.quote().saving == 0
    assert Offer.objects.get().state == "draft"


@pytest.mark.parametrize("delete", [delete_one, delete_many])
def test_an_offer_goes_with_the_gift_that_it_promises(shelves, delete):
    shelves.offer("batteries", benefit="gift", gift_product=shelves["bread"])
    delete(shelves["bread"])
    assert not Offer.objects.exists()


def test_of_a_group_the_others_stand_for_what_is_deleted(shelves, shopper):
    groups = {"bread": 1, "egg": 1}
    shelves.bundle(50, {"batteries": 1, "bread": 1, "egg": 1}, groups=groups)
    shopper.adds(shelves["bread"])
    shelves["egg"].delete()
    assert shopper.quote().saving == Decimal("3.25")
    shelves["bread"].delete()
    assert not Bundle.objects.get().is_live


def test_what_a_merchandiser_takes_out_stops_nothing(shelves, offer):
    bundle = shelves.bundle(10, {"camera": 1, "bread": 1, "egg": 6})
    bundle.items.get(product=shelves["egg"]).delete()
    offer.conditions.all().delete()
    assert Bundle.objects.get().is_live
    assert Offer.objects.get().state == "live"
