"""What shoppers pay: in the cart, on the order's page, in the ledger, and back again."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from demo_shop import orders
from demo_shop.models import Cart, CartLine, Order
from tests import factories as make
from tests.demo_shop.test_cart import CONTACT
from tests.tokens import click_bundle, click_offer, send, token_for
from xsell.models import Acceptance, AcceptanceRefund
from xsell.services.pricing import price_cart

pytestmark = pytest.mark.django_db


class Shopper:
    """Somebody with a browser, who reads the figures off the pages."""

    def __init__(self, client, user=None):
        self.client, self.user = client, user
        if user is not None:
            client.force_login(user)

    def puts(self, product, quantity=1):
        self.client.post(reverse("cart-add", args=[product.sku]), {"quantity": quantity})

    def sets(self, product, quantity):
        line = CartLine.objects.get(product=product, cart_id=self.client.session["cart_id"])
        self.client.post(reverse("cart-change", args=[line.pk]), {"quantity": quantity})

    def reads(self, name):
        return text(self.client.get(reverse(name)))

    def figures(self, name="cart"):
        """The summary: what each row says."""
        page = self.reads(name)
        rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page)
        assert len(rows) == len(dict(rows)), "no row comes twice"
        return {what: amount for what, amount in rows if what != "Delivery"}

    def line_savings(self, name="cart"):
        found = re.findall(r'<p class="saving">(\S+) <span>(.*?)</span></p>', self.reads(name))
        return [(saved, by) for saved, by in found]

    def shown_total(self):
        return re.search(r'name="shown_total" value="(.*?)"', self.reads("checkout"))[1]

    def orders(self, **fields):
        return self.client.post(reverse("checkout"), {**CONTACT, **fields}, follow=True)

    def order_page(self):
        """(lines, foot) of the last order's page, without markup."""
        page = text(self.client.get(Order.objects.latest("pk").get_absolute_url()))
        body, foot = re.search(
            r"<tbody>(.*?)</tbody>.*?<tfoot>(.*?)</tfoot>", page, re.DOTALL
        ).groups()
        figures = {row[0]: row[-1] for row in cells(foot)}
        assert figures.pop("Delivery") == "Free"
        return cells(body), figures


def text(answer):
    return html.unescape(answer.content.decode())


def cells(table):
    """Rows of cells without markup, empty ones left out."""
    return [
        [
            words
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
            if (words := " ".join(re.sub(r"<[^>]*>", " ", cell).split()))
        ]
        for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    ]


def price_of(product, price):
    type(product).objects.filter(pk=product.pk).update(price=Decimal(price))


@pytest.fixture
def shelves(shop):
    """Food is free of tax, soap is not."""
    shop.stock("Bread", price=Decimal("2.50"))
    shop.stock("Milk", price=Decimal("1.99"))
    shop.stock("Soap", price=Decimal("4.99"), tax_rate=Decimal("0.07"))
    shop.stock("Camera", price=Decimal("100.00"), tax_rate=Decimal("0.07"))
    shop.stock("Batteries", price=Decimal("4.00"), tax_rate=Decimal("0.07"))
    return shop


@pytest.fixture
def shopper(shelves, client):
    return Shopper(client, make.UserFactory(username="robin"))


@pytest.fixture
def morning(shelves):
    return shelves.bundle(10, {"Bread": 1, "Soap": 1}, name="Good morning")


@pytest.fixture
def batteries(shelves):
    """Half price for whoever buys a camera."""
    return shelves.offer(
        "Batteries",
        {"has_product": "Camera"},
        headline="Power to go",
        benefit="percent",
        saving_percent=Decimal(50),
    )


# ---------------------------------------------------------------------- bundles, from cart to order

WHOLE = (
    {"Bread": 1, "Soap": 1},
    {
        "Goods": "$7.49",
        "Good morning": "−$0.75",
        "Tax, 7% of $4.49": "$0.31",
        "Total": "$7.05",
    },
    [
        ["Bread −$0.25 Good morning", "1", "$2.50", "$2.50"],
        ["Soap −$0.50 Good morning", "1", "$4.99", "$4.99"],
    ],
)
IN_PART = (
    {"Soap": 1},
    {"Goods": "$4.99", "Tax, 7% of $4.99": "$0.35", "Total": "$5.34"},
    [["Soap", "1", "$4.99", "$4.99"]],
)
TWICE = (
    {"Bread": 2, "Soap": 2},
    {
        "Goods": "$14.98",
        "Good morning": "−$1.50",
        "Tax, 7% of $8.98": "$0.63",
        "Total": "$14.11",
    },
    [
        ["Bread −$0.50 Good morning", "2", "$2.50", "$5.00"],
        ["Soap −$1.00 Good morning", "2", "$4.99", "$9.98"],
    ],
)
TWICE_AND_MORE = (
    {"Bread": 3, "Soap": 2},
    {
        "Goods": "$17.48",
        "Good morning": "−$1.50",
        "Tax, 7% of $8.98": "$0.63",
        "Total": "$16.61",
    },
    [
        ["Bread −$0.50 Good morning", "3", "$2.50", "$7.50"],
        ["Soap −$1.00 Good morning", "2", "$4.99", "$9.98"],
    ],
)


@pytest.mark.parametrize(
    ("bought", "figures", "lines"),
    [WHOLE, IN_PART, TWICE, TWICE_AND_MORE],
    ids=["whole", "in part", "twice", "twice and more"],
)
def test_a_bundle_is_charged_as_the_pages_say(shelves, shopper, morning, bought, figures, lines):
    for name, quantity in bought.items():
        shopper.puts(shelves[name], quantity)
    assert shopper.figures("cart") == figures
    assert shopper.figures("checkout") == figures
    shopper.orders(shown_total=shopper.shown_total())
    shown, foot = shopper.order_page()
    assert shown == lines
    assert foot == figures
    order = Order.objects.get()
    owed = [line.to_pay + line.tax for line in order.lines.all()]
    assert order.total == sum(owed)
    assert f"${order.total}" == figures["Total"]
    assert order.tax == sum(line.tax for line in order.lines.all())
    assert order.saving == sum(line.saving for line in order.lines.all())


def test_a_bundle_that_is_broken_up_saves_nothing_any_more_and_says_so(shelves, shopper, morning):
    click_bundle(shopper.client, morning)
    assert shopper.figures()["Total"] == "$7.05"
    assert shopper.line_savings() == [("−$0.25", "Good morning"), ("−$0.50", "Good morning")]
    shopper.sets(shelves["Soap"], 0)
    assert shopper.figures() == {"Goods": "$2.50", "Total": "$2.50"}
    for page in ("cart", "checkout"):
        assert "“Good morning” is not whole any more" in shopper.reads(page)
    shopper.orders()
    assert shopper.order_page() == ([["Bread", "1", "$2.50", "$2.50"]], {"Total": "$2.50"})


KINDS = {
    "a price of its own": (
        {"benefit": "fixed_price", "benefit_amount": Decimal("8.00"), "benefit_currency": "USD"},
        "−$1.48",
    ),
    "an amount": (
        {"benefit": "amount", "benefit_amount": Decimal("1.00"), "benefit_currency": "USD"},
        "−$1.00",
    ),
    "the cheapest free": ({"benefit": "cheapest_free"}, "−$1.99"),
    "a percentage of a part": ({"saving_percent": Decimal(10), "fewest_items": 2}, "−$0.95"),
}


@pytest.mark.parametrize(("fields", "saved"), KINDS.values(), ids=KINDS)
def test_every_kind_of_bundle_reaches_the_order(shelves, shopper, fields, saved):
    fields = {"saving_percent": None, **fields}
    percent = fields.pop("saving_percent")
    shelves.bundle(percent, {"Bread": 1, "Milk": 1, "Soap": 1}, name="All three", **fields)
    for name in ("Bread", "Milk", "Soap"):
        shopper.puts(shelves[name])
    assert shopper.figures()["All three"] == saved
    shopper.orders()
    assert shopper.order_page()[1]["All three"] == saved


def test_two_tax_rates_are_told_apart(shelves, shopper):
    shelves.stock("Wine", price=Decimal("9.99"), tax_rate=Decimal("0.10"))
    shopper.puts(shelves["Wine"])
    shopper.puts(shelves["Soap"])
    figures = {
        "Goods": "$14.98",
        "Tax, 7% of $4.99": "$0.35",
        "Tax, 10% of $9.99": "$1.00",
        "Total": "$16.33",
    }
    assert shopper.figures() == figures
    shopper.orders()
    assert shopper.order_page()[1] == figures


def test_what_has_sold_out_is_not_charged(shelves, shopper):
    shopper.puts(shelves["Soap"])
    shopper.puts(shelves["Bread"])
    type(shelves["Soap"]).objects.filter(pk=shelves["Soap"].pk).update(stock=0)
    assert shopper.figures() == {"Goods": "$2.50", "Total": "$2.50"}


def test_a_cart_costs_the_same_queries_whatever_it_holds(shelves, shopper, morning):
    def n_queries():
        with CaptureQueriesContext(connection) as asked:
            shopper.reads("cart")
        return len(asked)

    shopper.puts(shelves["Bread"])
    few = n_queries()
    for name in ("Milk", "Soap", "Camera", "Batteries"):
        shopper.puts(shelves[name], 2)
    assert n_queries() == few


# ------------------------------------------------------------------------------------------- offers


def test_a_bump_takes_off_what_it_says_as_long_as_its_trigger_is_there(shelves, shopper, batteries):
    shopper.puts(shelves["Camera"])
    click_offer(shopper.client, batteries)
    assert shopper.figures("checkout") == {
        "Goods": "$104.00",
        "Power to go": "−$2.00",
        "Tax, 7% of $102.00": "$7.14",
        "Total": "$109.14",
    }
    shopper.sets(shelves["Camera"], 0)
    alone = {"Goods": "$4.00", "Tax, 7% of $4.00": "$0.28", "Total": "$4.28"}
    for page in ("cart", "checkout"):
        assert shopper.figures(page) == alone
        assert "“Power to go” does not hold any more" in shopper.reads(page)
    shopper.orders()
    assert shopper.order_page() == ([["Batteries", "1", "$4.00", "$4.00"]], alone)
    assert Acceptance.objects.get().order_ref == "", "it gave nothing, so it is not used up"


def test_what_was_ordered_is_in_the_ledger(shelves, shopper, morning, batteries):
    shopper.puts(shelves["Camera"])
    shopper.puts(shelves["Bread"])
    shopper.puts(shelves["Soap"])
    click_offer(shopper.client, batteries)
    shopper.orders()
    order = Order.objects.get()
    ordered = Acceptance.objects.filter(order_ref=str(order.pk)).order_by("kind")
    told = [(row.kind, row.saving, row.customer_id) for row in ordered]
    customer = str(shopper.user.pk)
    assert told == [
        ("bundle", Decimal("0.75"), customer),
        ("offer", Decimal("2.00"), customer),
    ]
    assert order.saving == Decimal("2.75")


def test_a_gift_comes_with_the_order_for_nothing(shelves, shopper):
    shelves.stock("Cable", price=Decimal("3.00"), stock=5)
    offer = shelves.offer(
        "Batteries", headline="A cable on us", benefit="gift", gift_product=shelves["Cable"]
    )
    shopper.puts(shelves["Bread"])
    click_offer(shopper.client, offer)
    assert "A gift: A cable on us" in shopper.reads("cart")
    assert shopper.figures("checkout")["Total"] == "$6.78"
    shopper.orders()
    lines, foot = shopper.order_page()
    assert ["Cable A gift", "1", "$0.00", "$0.00"] in lines
    assert foot["Total"] == "$6.78"
    shelves["Cable"].refresh_from_db()
    assert shelves["Cable"].stock == 4


def test_a_last_unit_that_went_to_somebody_else_meanwhile_leads_back_to_the_cart(
    shelves, shopper, batteries, monkeypatch
):
    """Priced while the offer was still held, written down when it no longer was."""
    type(batteries).objects.update(limit_in_all=1)
    shopper.puts(shelves["Camera"])
    click_offer(shopper.client, batteries)
    stale = price_cart(shopper.client.get(reverse("cart")).wsgi_request)
    Acceptance.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    faster = Shopper(Client())
    faster.puts(shelves["Camera"])
    click_offer(faster.client, batteries)
    monkeypatch.setattr(orders, "price_cart", lambda request: stale)
    page = shopper.orders()
    assert page.redirect_chain[-1][0] == reverse("cart")
    assert "others were faster" in text(page)
    assert not Order.objects.exists()
    shelves["Camera"].refresh_from_db()
    assert shelves["Camera"].stock == 20
    monkeypatch.undo()
    shopper.orders()
    assert Order.objects.get().saving == 0


# -------------------------------------------------------------------------- log-in, tabs and prices


def test_what_a_guest_took_stays_theirs_at_login(shelves, client, batteries):
    robin = make.UserFactory(username="robin")
    make.CartLineFactory(cart=make.CartFactory(customer=robin), product=shelves["Bread"])
    guest = Shopper(client)
    guest.puts(shelves["Camera"])
    click_offer(client, batteries)
    client.post(reverse("login"), {"username": "robin", "password": "secret"})
    assert guest.figures() == {
        "Goods": "$106.50",
        "Power to go": "−$2.00",
        "Tax, 7% of $102.00": "$7.14",
        "Total": "$111.64",
    }
    guest.orders()
    row = Acceptance.objects.get()
    assert (row.order_ref, row.customer_id) == (str(Order.objects.get().pk), str(robin.pk))


def test_a_limit_per_customer_holds_across_a_login_and_says_so(shelves, client, batteries):
    type(batteries).objects.update(limit_per_customer=1)
    robin = make.UserFactory(username="robin")
    before = Shopper(Client(), robin)
    before.puts(shelves["Camera"])
    click_offer(before.client, batteries)
    before.orders()
    guest = Shopper(client)
    guest.puts(shelves["Camera"])
    click_offer(client, batteries)
    assert guest.figures()["Power to go"] == "−$2.00"
    credentials = {"username": "robin", "password": "secret"}
    page = text(client.post(reverse("login"), credentials, follow=True))
    assert "You have had “Power to go” as often as one shopper can." in page
    assert "Power to go" not in guest.figures()


def test_what_another_tab_added_is_not_ordered_unseen(shelves, shopper):
    shopper.puts(shelves["Bread"])
    agreed = shopper.shown_total()
    shopper.puts(shelves["Soap"])
    page = shopper.orders(shown_total=agreed)
    assert "the total is $7.84 now" in text(page)
    assert "robin@example.com" in text(page), "what was typed is still there"
    assert not Order.objects.exists()
    shopper.orders(shown_total=shopper.shown_total())
    assert Order.objects.get().total == Decimal("7.84")


def test_one_button_in_two_tabs_adds_once(shelves, shopper, batteries):
    shopper.puts(shelves["Camera"])
    token = token_for(
        shopper.client,
        "offer",
        batteries.product_id,
        offer_id=batteries.pk,
        placement="checkout-bump",
    )
    send(shopper.client, token)
    send(shopper.client, token)
    assert shopper.figures()["Goods"] == "$104.00"


def test_a_second_click_on_the_last_button_orders_nothing_more(shelves, shopper):
    shopper.puts(shelves["Bread"])
    agreed = shopper.shown_total()
    shopper.orders(shown_total=agreed)
    page = shopper.orders(shown_total=agreed)
    assert "Your cart is empty" in text(page)
    assert Order.objects.count() == 1


@pytest.mark.parametrize(("price", "total"), [("3.00", "$7.99"), ("2.00", "$6.99")])
def test_a_price_that_changed_on_the_way_is_told_before_it_is_charged(
    shelves, shopper, price, total
):
    shelves.stock("Jam", price=Decimal("4.99"))
    shopper.puts(shelves["Bread"])
    shopper.puts(shelves["Jam"])
    agreed = shopper.shown_total()
    price_of(shelves["Bread"], price)
    page = text(shopper.orders(shown_total=agreed))
    assert f"the total is {total} now" in page
    assert not Order.objects.exists()
    shopper.orders(shown_total=re.search(r'name="shown_total" value="(.*?)"', page)[1])
    lines, foot = shopper.order_page()
    assert lines[0] == ["Bread", "1", f"${price}", f"${price}"]
    assert foot["Total"] == total


@pytest.mark.parametrize("posted", ["0.01", "nonsense", "-5", "2.5"])
def test_no_total_that_a_page_posts_is_ever_charged(shelves, shopper, posted):
    shopper.puts(shelves["Bread"])
    assert "the total is $2.50 now" in text(shopper.orders(shown_total=posted))
    assert not Order.objects.exists()
    assert Cart.objects.get().lines.count() == 1


# ------------------------------------------------------------------------------------------ refunds


@pytest.fixture
def ordered(shelves, shopper, morning, batteries):
    """A camera, half-price batteries and two good mornings: $123.25."""
    shopper.puts(shelves["Camera"])
    shopper.puts(shelves["Bread"], 2)
    shopper.puts(shelves["Soap"], 2)
    click_offer(shopper.client, batteries)
    shopper.orders()
    order = Order.objects.get()
    assert order.total == Decimal("123.25")
    return order


def line_of(order, title):
    return order.lines.get(title=title)


def send_back(shopper, order, **units):
    posted = {str(line_of(order, title).pk): n for title, n in units.items()}
    page = text(shopper.client.post(order.get_absolute_url(), posted, follow=True))
    order.refresh_from_db()
    return page


def test_what_comes_back_is_paid_back_less_what_was_saved_on_it(shelves, shopper, ordered):
    page = send_back(shopper, ordered, Soap=1)
    # Half of the soap's 9.98, less half of its 1.00, and half of its tax.
    tax = (line_of(ordered, "Soap").tax / 2).quantize(Decimal("0.01"))
    assert ordered.refunded == Decimal("4.49") + tax
    assert f"You get ${ordered.refunded} back." in page
    assert "1 came back" in page
    (told,) = AcceptanceRefund.objects.filter(product_id=shelves["Soap"].pk)
    assert (told.saving, told.quantity) == (Decimal("0.50"), 1)
    shelves["Soap"].refresh_from_db()
    assert shelves["Soap"].stock == 19


@pytest.mark.parametrize(
    "steps",
    [
        [{"Camera": 1, "Batteries": 1, "Bread": 2, "Soap": 2}],
        [{"Soap": 1}, {"Bread": 1}, {"Camera": 1}, {"Soap": 1, "Bread": 1}, {"Batteries": 1}],
    ],
    ids=["at once", "bit by bit"],
)
def test_all_of_an_order_comes_back_as_what_was_paid(shopper, ordered, steps):
    for units in steps:
        send_back(shopper, ordered, **units)
    assert ordered.refunded == ordered.total
    assert "Return items" not in text(shopper.client.get(ordered.get_absolute_url()))


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ({"Soap": 3}, "Please say how many"),
        ({"Soap": -1}, "Please say how many"),
        ({"Soap": "all"}, "Please say how many"),
        ({}, "Please say how many"),
    ],
)
def test_no_more_comes_back_than_was_bought(shopper, ordered, units, said):
    assert said in send_back(shopper, ordered, **units)
    assert ordered.refunded == 0


def test_nobody_sends_back_somebody_elses_order(ordered):
    other = Shopper(Client(), make.UserFactory())
    line = line_of(ordered, "Soap")
    assert other.client.post(ordered.get_absolute_url(), {str(line.pk): 1}).status_code == 404


def test_an_old_order_does_not_come_back(shopper, ordered):
    Order.objects.update(placed_at=timezone.now() - timedelta(days=31))
    assert "can come back any more" in send_back(shopper, ordered, Soap=1)
    assert ordered.refunded == 0


def test_a_cancelled_order_is_paid_back_once_and_its_offer_is_free_again(
    admin_client, shelves, ordered
):
    for _ in range(2):
        admin_client.post(
            reverse("admin:demo_shop_order_changelist"),
            {"action": "cancel", "_selected_action": [ordered.pk]},
        )
    ordered.refresh_from_db()
    assert (ordered.status, ordered.refunded) == ("cancelled", ordered.total)
    assert ordered.refunds.count() == 1
    shelves["Camera"].refresh_from_db()
    assert shelves["Camera"].stock == 20
    assert Acceptance.objects.get(kind="offer").expires_at <= timezone.now()


def test_a_product_that_was_deleted_comes_back_at_what_was_paid(shelves, shopper, ordered):
    soap = line_of(ordered, "Soap")
    CartLine.objects.all().delete()
    shelves["Soap"].delete()
    send_back(shopper, ordered, Soap=2)
    assert ordered.refunded == soap.to_pay + soap.tax
