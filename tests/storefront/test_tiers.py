"""Steps, the table and undo, seen as a browser and a screen reader would."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories as make
from tests.queries import reads_and_writes
from tests.tokens import click, send, taken_by, tokens_in
from xsell.models import Tier

NAME = r'<span class="xsell-hidden">: ([^<]+)</span>'


@pytest.fixture
def coffee(shop):
    for name, price in (("house", "4.00"), ("brand", "5.50"), ("organic", "7.25")):
        shop.stock(name, price=Decimal(price))
    shop.ladder("house", "brand", "organic", offers_downsell=True)
    for name, feature, value in [
        ("house", "Weight", "250 g"),
        ("brand", "Weight", "500 g"),
        ("brand", "Freshly roasted", ""),
        ("organic", "Weight", "500 g"),
        ("organic", "Organic", ""),
    ]:
        tier = Tier.objects.get(product=shop[name])
        make.TierBenefitFactory(tier=tier, feature=feature, value=value)
    return shop


def text_of(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def steps(client, product, **data):
    """The part of the product's page that shows the step."""
    page = client.get(product.get_absolute_url(), data).content.decode()
    found = re.search(
        r'<section class="xsell-placement xsell-placement--upgrade".*?</section>', page, re.DOTALL
    )
    return found[0] if found else ""


def test_a_step_says_what_is_gained_instead_of_what_and_what_goes(coffee, client):
    assert "Weight: 500 g instead of 250 g" in steps(client, coffee["house"])
    html = text_of(steps(client, coffee["brand"]))
    order = [html.index(it) for it in ("Organic", "Without: Freshly roasted", "only $1.75 more")]
    assert order == sorted(order)


def test_a_step_has_two_buttons_that_say_what_they_are_about(coffee, client):
    html = steps(client, coffee["house"])
    assert re.findall(NAME, html) == ["brand", "brand"]
    yes, no = map(taken_by, tokens_in(html))
    source = f"tier:{Tier.objects.get(product=coffee['brand']).pk}"
    assert (str(yes.kind), yes.source, yes.placement) == ("upgrade", source, "upgrade")
    assert (str(no.kind), no.source, no.placement) == ("decline", source, "upgrade")
    assert html.count("<button") == html.count("<form") == 2


def test_no_thanks_leads_to_the_smaller_one_and_no_thanks_to_nothing(coffee, client):
    _yes, no = tokens_in(steps(client, coffee["brand"]))
    send(client, no)
    smaller = steps(client, coffee["brand"])
    assert "A smaller one will do?" in smaller
    assert "$1.50 less" in smaller
    assert "Weight: 250 g instead of 500 g" in smaller
    assert "Without: Freshly roasted" in smaller
    assert "xsell-gains" not in smaller
    _yes, no = tokens_in(smaller)
    send(client, no)
    assert steps(client, coffee["brand"]) == ""


def test_a_computed_step_says_that_it_is_bought_more_often_and_no_more(shop, client):
    category = make.CategoryFactory()
    for name, price, sold in (("plain", "10.00", 40), ("fine", "12.00", 90)):
        shop.stock(name, price=Decimal(price), category=category)
        make.BestSellerFactory(run=shop.run, product=shop[name], n_orders=sold)
    html = text_of(steps(client, shop["plain"]))
    assert "A step up fine Bought more often than this one. only $2.00 more" in html
    (yes, _no) = tokens_in(steps(client, shop["plain"]))
    click(client, "add", shop["plain"])
    (yes, _no) = tokens_in(steps(client, shop["plain"]))
    send(client, yes)
    page = client.get(reverse("cart")).content.decode()
    assert "fine is now in your cart in the place of plain." in page


def test_undo_is_on_the_cart_until_it_is_pressed(coffee, client):
    coffee.place("add-to-cart", is_live=False)  # what a pop-up shows, the page does not show twice
    click(client, "add", coffee["house"])
    (yes, _no) = tokens_in(steps(client, coffee["house"]))
    send(client, yes)
    page = client.get(reverse("cart")).content.decode()
    (form,) = re.findall(r'<form class="xsell-undo".*?</form>', page, re.DOTALL)
    assert "You took brand in the place of house. Undo : brand" in text_of(form)
    (token,) = tokens_in(form)
    send(client, token)
    page = client.get(reverse("cart")).content.decode()
    assert "house is in your cart again in the place of brand." in page
    assert "xsell-undo" not in page


def test_with_a_product_undo_shows_where_it_is_about_that(coffee, client):
    click(client, "add", coffee["house"])
    click(client, "upgrade", coffee["brand"], current_id=coffee["house"].pk)
    about = [
        "xsell-undo" in client.get(coffee[name].get_absolute_url()).content.decode()
        for name in ("house", "brand", "organic")
    ]
    assert about == [True, True, False]


@pytest.mark.parametrize(("in_cart", "n_reads"), [([], 0), (["house"], 2)])
def test_undo_costs_one_query_beside_the_cart(coffee, browse, in_cart, n_reads):
    cart = [coffee[name] for name in in_cart]
    browse("{% xsell_undo %}", cart=cart)
    with CaptureQueriesContext(connection) as queries:
        html = browse("{% xsell_undo %}", cart=cart)
    assert (html.strip(), reads_and_writes(queries)[0]) == ("", n_reads)


def test_the_table_marks_the_product_and_compares_three(coffee, browse):
    for name in ("finest", "rarest"):
        coffee.stock(name)
        make.TierFactory(
            ladder=Tier.objects.get(product=coffee["house"]).ladder,
            product=coffee[name],
            rank=Tier.objects.count() + 1,
        )
    html = browse("{% tier_table product %}", product=coffee["house"])
    assert html.count('scope="col"') == 3
    (current,) = re.findall(r'<th scope="col"[^>]*aria-current="true">.*?</th>', html, re.DOTALL)
    assert "house" in current
    assert "only $1.50 more" in html
    assert browse("{% tier_table product rungs=5 %}", product=coffee["house"]).count("col") == 5


def test_a_table_of_one_is_an_error_that_says_so(coffee, browse):
    with pytest.raises(ValueError, match="rungs=1: a table compares two rungs or more"):
        browse("{% tier_table product rungs=1 %}", product=coffee["house"])
