"""What xsell promises, Oscar's totals honour."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone
from oscar.apps.order.exceptions import UnableToPlaceOrder
from oscar.apps.partner.strategy import (
    Default,
    FixedRateTax,
    StockRequired,
    Structured,
    UseFirstStockRecord,
)
from oscar.core.loading import get_class, get_model

from tests.hosts.oscar_shop.factories import make_product, order_from
from tests.hosts.oscar_shop.queries import n_queries
from xsell.adapters import get_adapter
from xsell.contrib.oscar.products import STRATEGY
from xsell.contrib.oscar.receivers import NAME
from xsell.models import Acceptance, Bundle, Offer
from xsell.selection import quotes
from xsell.selection.pages import Page
from xsell.selection.terms import offer_record
from xsell.values import Cart

pytestmark = pytest.mark.django_db

Basket = get_model("basket", "Basket")
ConditionalOffer = get_model("offer", "ConditionalOffer")


@pytest.fixture
def shelf():
    prices = {"mug": "8.00", "spoon": "4.00", "tea": "3.00"}
    return {name: make_product(name, Decimal(price)) for name, price in prices.items()}


@pytest.fixture
def breakfast(shelf):
    """A mug and two spoons at 25% less: 4.00 off 16.00."""
    bundle = Bundle.objects.create(name="Breakfast", saving_percent=25, is_live=True)
    bundle.items.create(product=shelf["mug"], quantity=1)
    bundle.items.create(product=shelf["spoon"], quantity=2)
    return bundle


def basket_of(shelf, **quantities):
    basket = Basket.objects.create()
    basket.strategy = Default()
    for name, quantity in quantities.items():
        basket.add_product(shelf[name], quantity)
    return basket


def priced(basket):
    basket.reset_offer_applications()
    get_class("offer.applicator", "Applicator")().apply(basket)
    return basket


@pytest.mark.parametrize(
    ("held", "total"),
    [
        ({"mug": 1, "spoon": 2}, "12.00"),
        ({"mug": 1, "spoon": 1}, "12.00"),
        ({"mug": 1, "spoon": 2, "tea": 1}, "15.00"),
        ({"mug": 2, "spoon": 4}, "24.00"),
        ({"mug": 2, "spoon": 3}, "24.00"),
    ],
    ids=["whole", "in part", "beside something else", "twice", "once and a half"],
)
def test_a_bundle_reaches_the_basket_s_total(shelf, breakfast, held, total):
    assert priced(basket_of(shelf, **held)).total_excl_tax == Decimal(total)


def test_a_bundle_that_is_broken_up_costs_what_its_parts_cost(shelf, breakfast):
    basket = basket_of(shelf, mug=1, spoon=2)
    assert priced(basket).total_discount == Decimal("4.00")
    basket.lines.get(product=shelf["mug"]).delete()
    again = Basket.objects.get(pk=basket.pk)
    again.strategy = Default()
    assert priced(again).total_excl_tax == Decimal("8.00")


def test_the_discount_falls_on_the_lines_and_is_told_once(shelf, breakfast):
    basket = priced(basket_of(shelf, mug=1, spoon=2))
    paid = {it.product.title: it.line_price_excl_tax_incl_discounts for it in basket.all_lines()}
    assert paid == {"mug": Decimal("6.00"), "spoon": Decimal("6.00")}
    (told,) = basket.offer_discounts
    assert (told["name"], told["discount"], told["freq"]) == (NAME, Decimal("4.00"), 1)


def test_an_order_keeps_the_discount_and_the_ledger_knows_it(shelf, breakfast):
    basket = priced(basket_of(shelf, mug=1, spoon=2))
    order = order_from(basket)
    assert order.total_excl_tax == Decimal("12.00")
    assert [(it.offer_name, it.amount) for it in order.discounts.all()] == [(NAME, Decimal("4.00"))]
    taken = Acceptance.objects.get(bundle=breakfast)
    assert (taken.order_ref, taken.saving) == (str(order.number), Decimal("4.00"))


@pytest.fixture
def limited(shelf):
    """The last mug for half its price, in a basket that was priced with it."""
    offer = Offer.objects.create(
        name="Last mug",
        headline="The last mug for half",
        product=shelf["mug"],
        state="live",
        benefit="percent",
        saving_percent=50,
        limit_in_all=1,
    )
    basket = basket_of(shelf, mug=1)
    now = timezone.now()
    taken = {"kind": "offer", "offer": offer, "product": shelf["mug"], "terms": offer_record(offer)}
    Acceptance.objects.create(
        key="first",
        cart_ref=str(basket.pk),
        accepted_at=now,
        expires_at=now + timedelta(minutes=1),
        **taken,
    )
    assert priced(basket).total_excl_tax == Decimal("4.00")
    return basket, taken


def test_an_order_whose_offer_went_to_somebody_else_is_not_placed(limited):
    basket, taken = limited
    past = timezone.now() - timedelta(minutes=1)
    Acceptance.objects.update(expires_at=past)
    Acceptance.objects.create(key="second", cart_ref="other", accepted_at=past, **taken)

    with pytest.raises(UnableToPlaceOrder, match="others were faster"):
        order_from(basket)
    assert not get_model("order", "Order").objects.exists()
    assert not Acceptance.objects.exclude(order_ref="").exists()


class WithTax(FixedRateTax, UseFirstStockRecord, StockRequired, Structured):
    """Prices with 20% tax."""

    rate = Decimal("0.2")


@pytest.mark.parametrize("reckons_with_tax", [False, True])
def test_the_price_of_a_set_is_the_page_s_whatever_oscar_s_own_offers_reckon_with(
    shelf, settings, reckons_with_tax
):
    settings.OSCAR_OFFERS_INCL_TAX = reckons_with_tax
    terms = {"benefit": "fixed_price", "benefit_amount": 12, "benefit_currency": "EUR"}
    bundle = Bundle.objects.create(name="Tea time", is_live=True, **terms)
    bundle.items.create(product=shelf["mug"])
    bundle.items.create(product=shelf["tea"])

    adapter = get_adapter()
    context = adapter.context_for()
    context.facts[STRATEGY] = WithTax()
    page = Page(adapter, context, Cart(currency="EUR"), timezone.now())
    (shown,) = page.bundles(shelf["mug"].pk)
    basket = Basket.objects.create()
    basket.strategy = WithTax()
    for name, quantity in {"mug": 2, "tea": 1}.items():
        basket.add_product(shelf[name], quantity)
    priced(basket)
    assert basket.total_incl_tax == shown.bundle_price + Decimal("9.60") == Decimal("21.60")
    left = [it.quantity_without_discount for it in basket.all_lines()]
    assert left == ([1, 0] if reckons_with_tax else [0, 0])


def test_an_order_uses_up_no_gift_that_oscar_does_not_give(shelf):
    Bundle.objects.create(name="Post", benefit="free_shipping", is_live=True).items.create(
        product=shelf["mug"]
    )
    order_from(priced(basket_of(shelf, mug=1)))
    assert not Acceptance.objects.exists()


def test_the_offer_is_there_once_however_often_the_shop_migrates(shelf, breakfast):
    ConditionalOffer.objects.filter(name=NAME).update(name="Our bundles", priority=5)
    call_command("migrate", verbosity=0)
    (offer,) = ConditionalOffer.objects.all()
    assert (offer.name, offer.priority) == ("Our bundles", 5)


def test_a_line_that_another_offer_has_discounted_is_left_alone(shelf, breakfast):
    basket = basket_of(shelf, mug=1, spoon=2)
    line = next(iter(basket.all_lines()))
    (offer,) = ConditionalOffer.objects.all()
    line.discount(Decimal(1), 1, incl_tax=False, offer=offer)
    get_class("offer.applicator", "Applicator")().apply(basket)
    assert basket.total_discount == Decimal(1)


def test_a_quote_that_fails_leaves_the_basket_at_full_price(
    shelf, breakfast, settings, monkeypatch, caplog
):
    settings.XSELL_FAIL_LOUDLY = False
    monkeypatch.setattr(quotes, "bundles_held", lambda *_, **__: 1 / 0)
    assert priced(basket_of(shelf, mug=1, spoon=2)).total_excl_tax == Decimal("16.00")
    assert "basket left empty" in caplog.text


def test_a_basket_costs_as_many_queries_with_many_bundles_as_with_one(shelf, breakfast):
    basket = basket_of(shelf, mug=1, spoon=2, tea=1)
    list(basket.all_lines())
    with_one = n_queries(lambda: priced(basket))
    for number in range(20):
        other = Bundle.objects.create(name=f"Other {number}", saving_percent=5, is_live=True)
        other.items.create(product=shelf["tea"], quantity=1)
        other.items.create(product=shelf["mug"], quantity=1)
    assert n_queries(lambda: priced(basket)) == with_one


@pytest.mark.parametrize(("is_installed", "names"), [(True, ["Breakfast"]), (False, [])])
def test_without_the_app_no_page_promises_what_the_basket_does_not_honour(
    shelf, breakfast, monkeypatch, is_installed, names
):
    monkeypatch.setattr("xsell.contrib.oscar.adapter.apps.is_installed", lambda name: is_installed)
    adapter = get_adapter()
    context = adapter.context_for()

    page = Page(adapter, context, Cart(currency="EUR"), timezone.now())
    assert [it.name for it in page.bundles(shelf["mug"].pk)] == names
