"""What a cart costs: derived anew at every total, whatever happened since something was taken."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from demo_shop.models import Product
from tests import factories as make
from tests.queries import reads_and_writes
from tests.services.shoppers import Shopper
from xsell.adapters import get_adapter
from xsell.models import Acceptance, Bundle, BundleItem, Offer
from xsell.selection.explaining import imagined_cart
from xsell.selection.rulebook import rulebook
from xsell.services.orders import record_order
from xsell.services.pricing import quote_for
from xsell.services.words import words_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def shopper(shelves, offer, breakfast):
    """Has a camera with batteries, and a breakfast; each was taken by a click."""
    shopper = Shopper()
    shopper.adds(shelves["camera"])
    shopper.comes_back().takes(offer)

    def add_breakfast():
        return (shopper.adds(shelves["bread"]), shopper.adds(shelves["egg"], 6))

    shopper.clicks(kind="bundle", bundle_id=breakfast.pk, act=add_breakfast)
    return shopper


def told(quote):
    """What the shopper is told of the quote."""
    return [words for it in quote.withheld if (words := words_for(it))]


def savings(quote):
    return {it.name: it.amount for it in quote.applied}


def test_an_offer_that_was_taken_and_a_whole_bundle_are_taken_off(shopper):
    quote = shopper.quote()
    assert savings(quote) == {"Batteries for half": Decimal("2.00"), "Breakfast": Decimal("0.43")}
    assert quote.total == Decimal("100.00") + 4 + Decimal("2.50") + Decimal("1.80") - Decimal(
        "2.43"
    )
    assert told(quote) == []
    (row,) = Acceptance.objects.filter(kind="offer")
    assert [it.acceptance_id for it in quote.applied if it.source.startswith("offer")] == [row.pk]


def test_what_was_not_taken_is_not_taken_off(shelves, offer):
    shopper = Shopper()
    shopper.adds(shelves["camera"])
    shopper.adds(shelves["batteries"])
    assert shopper.quote().saving == 0


def remove(name, quantity=0):
    return lambda shop, shopper: shopper.removes(shop[name], quantity)


def change(model, **fields):
    return lambda shop, shopper: model.objects.update(**fields)


def reprice(name, price):
    return lambda shop, shopper: Product.objects.filter(title=name).update(price=price)


def restock(name, stock):
    return lambda shop, shopper: Product.objects.filter(title=name).update(stock=stock)


def delete(model):
    return lambda shop, shopper: model.objects.all().delete()


def later(**by):
    return lambda shop, shopper: Acceptance.objects.update(
        expires_at=timezone.now() - timedelta(**by)
    )


def both_in_money(currency):
    """Both take an amount off, in this currency alone."""

    def do(shop, shopper):
        money = {"benefit": "amount", "benefit_amount": 1, "benefit_currency": currency}
        Offer.objects.update(saving_percent=None, **money)
        Bundle.objects.update(saving_percent=None, **money)

    return do


def ask_for(fact):
    """Whoever curates past every form: a condition on the shopper that also decides the price."""

    def do(shop, shopper):
        offer = Offer.objects.get()
        make.OfferConditionFactory(offer=offer, kind="shopper_is", fact=fact, value="unknown")

    return do


BATTERIES, BREAKFAST = Decimal("2.00"), Decimal("0.43")
YOURS_CHANGED = "“Batteries for half” does not hold any more: your cart has changed since you took"
SOLD_OUT = "does not hold any more: something of it is sold out"


@pytest.mark.parametrize(
    ("what", "batteries_save", "breakfast_saves", "words"),
    [
        (remove("camera"), 0, BREAKFAST, [YOURS_CHANGED]),
        (remove("batteries"), 0, BREAKFAST, []),
        (ask_for("customer_group"), 0, BREAKFAST, [YOURS_CHANGED]),
        (ask_for("Gender"), 0, BREAKFAST, ["“Batteries for half” is not on offer any more."]),
        (remove("egg"), BATTERIES, 0, ["“Breakfast” is not whole any more"]),
        (remove("egg", 5), BATTERIES, 0, ["“Breakfast” is not whole any more"]),
        (change(Offer, state="paused"), 0, BREAKFAST, ["“Batteries for half” is over."]),
        (change(Offer, ends_at=timezone.now()), 0, BREAKFAST, ["“Batteries for half” is over."]),
        (
            change(Offer, starts_at=timezone.now() + timedelta(days=1)),
            *(0, BREAKFAST, ["“Batteries for half” is over."]),
        ),
        (delete(Offer), 0, BREAKFAST, ["“Batteries for half” is over."]),
        (change(Bundle, is_live=False), BATTERIES, 0, ["“Breakfast” is over."]),
        (delete(Bundle), BATTERIES, 0, ["“Breakfast” is over."]),
        (later(seconds=1), 0, BREAKFAST, ["“Batteries for half” was kept for you for a while"]),
        (restock("batteries", 0), 0, BREAKFAST, [f"“Batteries for half” {SOLD_OUT}"]),
        (restock("egg", 5), BATTERIES, 0, [f"“Breakfast” {SOLD_OUT}"]),
        (both_in_money("EUR"), 0, 0, ["in this currency", "in this currency", "has changed"]),
        (both_in_money("USD"), 1, 1, ["has changed since you took it"]),
        (reprice("batteries", 3), Decimal("1.50"), BREAKFAST, []),
        (reprice("batteries", None), 0, BREAKFAST, []),
        (reprice("bread", Decimal("1.20")), BATTERIES, Decimal("0.30"), []),
        (change(Offer, saving_percent=25), 1, BREAKFAST, ["has changed since you took it"]),
        (
            change(Offer, benefit="none", saving_percent=None),
            *(0, BREAKFAST, ["has changed since you took it"]),
        ),
    ],
)
def test_what_has_changed_since_is_priced_anew_and_the_shopper_is_told(
    shelves, shopper, what, batteries_save, breakfast_saves, words
):
    what(shelves, shopper)
    quote = shopper.quote()
    expected = {"Batteries for half": batteries_save, "Breakfast": breakfast_saves}
    assert savings(quote) == {name: amount for name, amount in expected.items() if amount}
    assert all(0 <= line.saving <= line.amount for line in quote.lines)
    said = told(quote)
    assert len(said) == len(words)
    assert all(any(some in one for one in said) for some in words)


def test_a_bundle_that_is_broken_up_and_made_whole_again_saves_again(shelves, shopper):
    shopper.removes(shelves["egg"], 5)
    assert "Breakfast" not in savings(shopper.quote())
    shopper.adds(shelves["egg"])
    assert savings(shopper.quote())["Breakfast"] == BREAKFAST


def test_a_bundle_that_nobody_clicked_on_makes_no_words(shelves, breakfast):
    shopper = Shopper()
    shopper.adds(shelves["bread"])
    assert told(shopper.quote()) == []


def test_an_offer_is_no_trigger_of_its_own(shelves):
    """Fit for anything from this amount: without the offered product, the cart must come to it."""
    offer = shelves.offer(
        "lens", {"total_at_least": 100}, benefit="percent", saving_percent=Decimal(20)
    )
    shopper = Shopper()
    shopper.adds(shelves["camera"])
    shopper.takes(offer)
    assert shopper.quote().saving == 10
    shopper.removes(shelves["camera"])
    shopper.adds(shelves["lens"])
    assert shopper.quote().saving == 0
    shopper.adds(shelves["lens"])
    assert shopper.quote().saving == 10  # two of their own come to it


def test_an_offer_counts_as_often_as_it_was_taken(shelves, shopper, offer):
    shopper.adds(shelves["batteries"], 5)
    assert savings(shopper.quote())["Batteries for half"] == 2
    shopper.takes(offer)
    assert savings(shopper.quote())["Batteries for half"] == 4
    Offer.objects.update(limit_per_order=1)
    assert savings(shopper.quote())["Batteries for half"] == 2


def test_of_two_units_one_may_have_lapsed(shelves, shopper, offer):
    shopper.takes(offer)
    first = Acceptance.objects.filter(kind="offer").order_by("pk").first()
    Acceptance.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    quote = shopper.quote()
    assert savings(quote)["Batteries for half"] == 2
    assert len(told(quote)) == 1


def test_an_offer_of_another_product_now_is_another_offer(shelves, shopper):
    Offer.objects.update(product=shelves["lens"])
    shopper.adds(shelves["lens"])
    quote = shopper.quote()
    assert "Batteries for half" not in savings(quote)
    assert told(quote) == ["“Batteries for half” is over."]


def test_a_quote_says_whose_it_is(shelves, shopper):
    customer = make.UserFactory()
    theirs = Shopper(customer, cart_ref=shopper.cart_ref).quote()
    assert (theirs.cart_ref, theirs.customer_id) == (shopper.cart_ref, str(customer.pk))
    assert theirs.shopper_key == f"customer:{customer.pk}"
    assert shopper.quote().shopper_key == shopper.request.session.session_key
    assert Shopper().quote().cart_ref == ""


@pytest.mark.parametrize("n_more", [0, 30])
def test_a_total_costs_five_queries_however_much_the_cart_holds(shelves, shopper, n_more):
    for number in range(n_more):
        name = f"thing {number}"
        shopper.takes(
            shelves.offer(
                name,
                {"has_product": "camera"},
                {"has_product": name, "total_at_least": 1},
                benefit="percent",
                saving_percent=Decimal(10),
            )
        )
        shelves.bundle(10, {name: 1, "camera": 1})
    rulebook()
    with CaptureQueriesContext(connection) as queries:
        quote = shopper.quote()
    assert len(quote.applied) > n_more
    assert reads_and_writes(queries) == (5, 0)


def test_an_empty_cart_costs_one_query_and_no_cart_none(shelves, shopper):
    for name in ("camera", "batteries", "bread", "egg"):
        shopper.removes(shelves[name])
    for one, n_queries in ((shopper, 1), (Shopper(), 0)):
        with CaptureQueriesContext(connection) as queries:
            assert one.quote().saving == 0
        assert reads_and_writes(queries) == (n_queries, 0)


def test_an_imagined_cart_is_priced_without_a_request(shelves, breakfast):
    adapter = get_adapter()
    cart = imagined_cart(adapter, [shelves["bread"].pk, shelves["egg"].pk])
    BundleItem.objects.update(quantity=1)
    quote = quote_for(adapter=adapter, context=adapter.context_for(), cart=cart, now=timezone.now())
    assert quote.saving == Decimal("0.28")


def test_of_a_bundle_that_has_left_the_cart_nothing_is_told(shopper, shelves):
    for name in ("bread", "egg"):
        remove(name)(shelves, shopper)
    assert told(shopper.quote()) == []


def test_an_offer_that_is_of_another_product_now_holds_for_who_takes_it_again(shelves):
    offer = shelves.offer("batteries", benefit="percent", saving_percent=50)
    shopper = Shopper()
    shopper.takes(offer)
    offer.product = shelves["lens"]
    offer.save()
    assert shopper.quote().saving == 0
    shopper.takes(offer)
    quote = shopper.quote()
    assert quote.saving == Decimal("25.00")
    record_order(order_ref="1", quote=quote)
    ordered = Acceptance.objects.exclude(order_ref="")
    assert [it.product_id for it in ordered] == [shelves["lens"].pk]
