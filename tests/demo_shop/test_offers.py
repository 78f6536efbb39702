"""What belongs to something comes and goes with it, whichever of the shop's own buttons is used."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demo_shop.models import CartLine
from tests import factories as make
from tests.demo_shop.shoppers import Shopper, text
from tests.queries import reads_and_writes
from xsell.models import Placement

INCLUDED = {"kind": "add_on", "fewest_units": 1, "included_units": 1}


def held():
    return dict(CartLine.objects.values_list("product__title", "quantity"))


@pytest.fixture
def strap(shelves):
    """A strap comes with each camera, though it costs the shop something."""
    shelves.stock("Strap", price=Decimal("5.00"), unit_cost=Decimal("3.50"))
    return shelves.offer("Strap", {"has_product": "Camera"}, headline="Round the neck", **INCLUDED)


@pytest.mark.parametrize(
    ("steps", "in_cart"),
    [
        ([("Camera", 1)], {"Camera": 1, "Strap": 1}),
        ([("Camera", 1), ("Camera", 3)], {"Camera": 3, "Strap": 3}),
        ([("Camera", 3), ("Camera", 1)], {"Camera": 1, "Strap": 1}),
        ([("Bread", 1)], {"Bread": 1}),
    ],
)
def test_what_is_included_is_as_many_as_its_products(shelves, shopper, strap, steps, in_cart):
    (title, quantity), *later = steps
    shopper.puts(shelves[title], quantity)
    for title, quantity in later:
        shopper.sets(shelves[title], quantity)
    assert held() == in_cart


def test_what_is_included_costs_nothing(shelves, shopper, strap):
    shopper.puts(shelves["Camera"])
    assert shopper.figures() == {
        "Goods": "$105.00",
        "Round the neck": "−$5.00",
        "Tax, 7% of $100.00": "$7.00",
        "Total": "$107.00",
    }


def test_what_leaves_with_its_product_says_so(shelves, shopper, strap):
    shopper.puts(shelves["Camera"])
    assert "included in the price: Strap." in shopper.reads("cart")
    shopper.sets(shelves["Camera"], 0)
    assert held() == {}
    assert "Strap has left your cart" in shopper.reads("cart")


def test_what_is_included_comes_to_the_cart_that_was_kept(shelves, client, strap):
    """Put there before anything was included, and joined at log-in by what a guest chose."""
    kept = make.CartFactory(customer=make.UserFactory(username="ada"))
    make.CartLineFactory(cart=kept, product=shelves["Camera"])
    Shopper(client).puts(shelves["Bread"])
    client.post(reverse("login"), {"username": "ada", "password": "secret"})
    assert held() == {"Camera": 1, "Bread": 1, "Strap": 1}


def reads_of(client, address):
    """How often a page reads, the shop's own part too, the rules being known; it never writes."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    n_reads, n_writes = reads_and_writes(captured)
    assert n_writes == 0
    return n_reads


@pytest.mark.parametrize(
    ("page", "n_reads"), [("product", 15), ("cart", 24), ("checkout", 18), ("home", 18)]
)
def test_a_page_reads_as_often_however_many_offers_there_are(shelves, shopper, page, n_reads):
    addresses = {name: reverse(name) for name in ("cart", "checkout", "home")}
    address = addresses.get(page) or shelves["Camera"].get_absolute_url()
    shopper.puts(shelves["Camera"])

    def make_offers(number):
        for kind in ("bump", "add_on", "cross_sell"):
            title = f"{kind} {number}"
            shelves.offer(title, {"has_product": "Camera"}, kind=kind, headline=title)
        title = f"step {number}"
        shelves.offer(title, kind="upsell", replaced_product="Camera", headline=title)

    make_offers(0)
    assert reads_of(shopper.client, address) == n_reads
    for number in range(1, 6):
        make_offers(number)
    assert reads_of(shopper.client, address) == n_reads


@pytest.fixture
def more_bread(shelves):
    shelves.stock("Much Bread", price=Decimal("4.00"))
    return shelves.offer(
        "Much Bread",
        kind="upsell",
        replaced_product="Bread",
        placement=Placement.objects.get(slug="add-to-cart"),
        headline="Twice as much",
    )


@pytest.mark.parametrize(
    ("first", "page", "asks"),
    [
        ("Bread", "cart", True),
        ("Bread", "home", True),
        ("Bread", "products", True),
        ("Bread", "checkout", False),
        ("Milk", "cart", False),
    ],
)
def test_the_pop_up_is_about_what_was_added_and_not_in_the_way_of_paying(
    shelves, shopper, more_bread, first, page, asks
):
    shopper.puts(shelves[first])
    answer = text(shopper.client.get(reverse(page)))
    assert ("Twice as much" in answer) is asks


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_an_answer_ends_the_pop_up_however_quick_it_is(shelves, shopper, more_bread, answer):
    """The browser has not said yet that it was seen."""
    shelves.stock("Best Bread", price=Decimal("4.50"))
    shelves.ladder("Bread", "Much Bread", "Best Bread")
    shopper.puts(shelves["Bread"])
    (dialog,) = re.findall(r"<dialog.*?</dialog>", shopper.reads("cart"), re.DOTALL)
    yes, no = re.findall(r'name="token" value="(.*?)"', dialog)
    shopper.client.post(reverse("xsell:take"), {"token": yes if answer == "yes" else no})
    assert held() == ({"Much Bread": 1} if answer == "yes" else {"Bread": 1})
    shopper.puts(shelves["Bread"])
    assert "<dialog" not in shopper.reads("cart")
