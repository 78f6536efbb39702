"""`python manage.py demo`, on the newest orders of the real data."""

import json
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from demo_shop.models import Order, OrderLine, Product
from xsell.adapters import get_adapter
from xsell.models import Bundle, CoPurchase, Offer, ProductRelation, Tier, TierLadder
from xsell.selection.pages import Page
from xsell.values import Cart

N_ORDERS = 1_500


def demo():
    out = StringIO()
    call_command("demo", no_serve=True, json=True, orders=N_ORDERS, stdout=out)
    return json.loads(out.getvalue().splitlines()[-1]), out.getvalue()


@pytest.fixture(scope="module")
def set_up(django_db_setup, django_db_blocker):
    """One demo for all tests here, in a transaction that is rolled back after the last of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield demo()
        transaction.set_rollback(True)


@pytest.fixture
def first(set_up, db):
    """What the first demo said; what a test changes is undone after it."""
    return set_up


def test_the_demo_sets_the_whole_shop_up_and_says_so(first, client):
    summary, said = first
    assert summary["orders"] == N_ORDERS == Order.objects.count()
    assert summary["lines"] == OrderLine.objects.count() > N_ORDERS
    assert summary["products"] == Product.objects.count()
    assert summary["relations"] == CoPurchase.objects.count() > 0
    assert summary["curated"] > 0
    assert set(summary["seconds"]) == {"migrate", "load", "mine", "curate", "log_ins"}
    assert set(summary["urls"]) >= {"product", "cart", "checkout", "admin"}
    for name in ("shop", "product", "cart"):
        address = summary["urls"][name].removeprefix("http://127.0.0.1:8000")
        assert client.get(address).status_code == 200
    assert "shopper" in said
    assert "merchandiser" in said


def test_the_shopper_s_cart_lacks_one_item_to_a_bundle_and_something_to_free_shipping(
    first, client
):
    client.force_login(get_user_model().objects.get(username="shopper"))
    client.post("/accounts/login/", {"username": "shopper", "password": "shopper"})
    cart = client.get("/cart/").content.decode()
    assert "you save $" in cart
    assert "to free shipping" in cart


def test_a_second_demo_leaves_everything_as_it_is(first):
    again, said = demo()
    summary, _ = first
    assert again["urls"] == summary["urls"]
    for figure in ("orders", "lines", "products", "relations", "curated"):
        assert again[figure] == summary[figure]
    assert said.count("already") >= 3


def test_the_shopper_has_a_history_and_the_merchandiser_no_more_rights_than_needed(first, client):
    assert client.login(username="shopper", password="shopper")
    assert client.get("/account/orders/").context["page"].object_list
    assert client.login(username="merchandiser", password="merchandiser")
    merchandiser = get_user_model().objects.get(username="merchandiser")
    assert merchandiser.is_staff
    assert not merchandiser.is_superuser
    assert merchandiser.has_perm("xsell.change_offer")
    assert merchandiser.has_perm("demo_shop.view_product")
    assert not merchandiser.has_perm("demo_shop.change_product")
    assert client.get("/admin/").status_code == 200


def test_ladders_only_climb(first):
    assert TierLadder.objects.exists()
    for ladder in TierLadder.objects.all():
        prices = [tier.product.price for tier in ladder.tiers.order_by("rank")]
        assert len(prices) > 1
        assert prices == sorted(set(prices))
    assert Tier.objects.count() == Tier.objects.values("product").distinct().count()


def test_a_size_is_a_gain_only_where_the_larger_pack_is_cheaper_by_the_ounce(first):
    for ladder in TierLadder.objects.prefetch_related("tiers__benefits", "tiers__product"):
        tiers = list(ladder.tiers.all())
        told = {benefit.feature for tier in tiers for benefit in tier.benefits.all()}
        if "Size" not in told:
            continue
        per_unit = [tier.product.price_per_unit for tier in tiers]
        if any(feature.startswith("Price per") for feature in told):
            assert per_unit == sorted(per_unit, reverse=True)
        else:
            assert len({tier.product.measure or tier.product.size for tier in tiers}) == 1


def test_there_is_a_bundle_of_each_kind_and_bumps_that_save_something(first):
    kinds = set(Bundle.objects.values_list("benefit", flat=True))
    assert kinds >= {"percent", "fixed_price", "amount", "cheapest_free"}
    assert Bundle.objects.filter(fewest_items__isnull=False).exists()
    assert {*Offer.objects.values_list("benefit", flat=True)} >= {"percent", "none"}
    assert Offer.objects.filter(limit_in_all__lte=10).exists()


@pytest.mark.parametrize(
    ("user", "welcomed"), [(None, True), ("newcomer", True), ("shopper", False)]
)
def test_who_has_not_ordered_yet_is_welcomed(first, client, user, welcomed):
    if user:
        client.force_login(get_user_model().objects.get(username=user))
    home = client.get("/").content.decode()
    assert ("New here? Good to start with" in home) is welcomed
    assert ("Your first order ships free" in home) is welcomed


def test_regulars_are_thanked_in_their_cart(first, client):
    thanked = Offer.objects.get(conditions__segment__name="Regulars")
    for user, is_thanked in (("shopper", True), ("newcomer", False)):
        customer = get_user_model().objects.get(username=user)
        page = Page(
            get_adapter(), get_adapter().context_for(str(customer.pk)), Cart("USD"), timezone.now()
        )
        shown = [it.offer for it in page.placement("cart").suggestions if it.offer]
        assert (thanked.pk in [it.offer_id for it in shown]) is is_thanked


def test_there_is_an_offer_of_every_kind_and_each_can_be_taken_at_its_price(first):
    kinds = {*Offer.objects.values_list("kind", flat=True)}
    assert kinds == {*Offer.Kind.values}
    for offer in Offer.objects.all():
        offer.full_clean()
    (countdown,) = Offer.objects.filter(shows_end=True)
    assert countdown.ends_at > timezone.now()
    included = Offer.objects.filter(included_units__gt=0)
    assert included.exists()
    assert Offer.objects.filter(next_if_declined__kind="downsell", kind="upsell").exists()
    assert Offer.objects.filter(next_if_declined__kind="downsell", kind="post_purchase").exists()


def test_every_bundle_saves_what_it_promises_and_leaves_the_cost(first):
    """Shown on the page of its first product, at the price that the cart will have."""
    adapter = get_adapter()
    context, now = adapter.context_for(), timezone.now()
    for bundle in Bundle.objects.prefetch_related("items"):
        anchor = bundle.items.all()[0].product_id
        page = Page(adapter, context, Cart(currency="USD"), now)
        (offer,) = [it for it in page.bundles(anchor) if it.bundle_id == bundle.pk]
        assert 0 < offer.saving < offer.list_price
        cost = sum(part.product.unit_cost * part.quantity for part in offer.parts)
        assert offer.bundle_price >= cost


def test_curated_rows_name_products_that_can_be_bought(first):
    curated = {
        *Tier.objects.values_list("product", flat=True),
        *Bundle.objects.values_list("items__product", flat=True),
        *Offer.objects.values_list("product", flat=True),
        *ProductRelation.objects.values_list("suggested", flat=True),
    } - {None}
    assert curated
    assert (
        set(Product.objects.on_sale().filter(stock__gt=0).values_list("pk", flat=True)) >= curated
    )
