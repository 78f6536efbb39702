"""What the tags draw, seen as a browser and a screen reader would."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.template import Context, Template, engines
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from demo_shop.models import CartLine
from tests import factories as make
from tests.queries import reads_and_writes
from tests.tokens import taken_by, tokens_in
from xsell.models import Placement, Tier
from xsell.selection.rulebook import rulebook

EVIL = '<script>alert("1")</script>'


def titles(html):
    return re.findall(r'class="xsell-title"[^>]*>([^<]*)<', html)


def test_frequently_bought_together_shows_all_with_one_price_and_one_button(shop, browse):
    for name, price in [("camera", "100.00"), ("strap", "19.90"), ("case", "5.10")]:
        shop.stock(name, price=Decimal(price))
    shop.bought_with("camera", "strap", "case", n_both=3)
    html = browse("{% frequently_bought_together product %}", product=shop["camera"])
    assert titles(html) == ["camera", "strap", "case"]
    assert "Frequently bought together" in html
    assert "Bought together in 3 orders" in html
    assert "$125.00" in html
    assert "Add all 3 to cart" in html
    (all_form,) = re.findall(r'<form class="xsell-all".*?</form>', html, re.DOTALL)
    (token,) = tokens_in(all_form)
    assert taken_by(token).product_ids == tuple(
        shop[name].pk for name in ("camera", "strap", "case")
    )
    assert 'name="next" value="/here/?a=1&amp;b=2"' in all_form


def test_what_is_in_the_cart_is_not_put_there_again(shop, browse):
    shop.bought_with("camera", "strap", "case")
    html = browse(
        "{% frequently_bought_together product %}", cart=[shop["camera"]], product=shop["camera"]
    )
    assert "Add all 2 to cart" in html
    assert titles(html) == ["strap", "case"]


def test_best_sellers_are_not_said_to_be_bought_together(shop, browse):
    shop.stock("lens", "flash", category=shop["camera"].category)
    shop.best_sellers("lens", "camera", "flash")
    html = browse("{% frequently_bought_together product %}", product=shop["camera"])
    assert titles(html) == ["lens", "flash"]
    assert "Goes well with this" in html
    assert "Add all" not in html


def test_a_page_of_a_sold_out_product_still_suggests_but_not_the_product(shop, browse):
    shop.stock("camera", stock=0)
    shop.bought_with("camera", "strap", "case")
    html = browse("{% frequently_bought_together product %}", product=shop["camera"])
    assert titles(html) == ["strap", "case"]


def test_the_upgrade_names_the_benefit_before_the_price(shop, browse):
    shop.stock("plain", price=Decimal("2.00"))
    shop.stock("fancy", price=Decimal("3.50"))
    shop.ladder("plain", "fancy")
    tier = Tier.objects.get(product=shop["fancy"])
    tier.headline = "Twice as crisp"
    tier.save()
    make.TierBenefitFactory(tier=tier, feature="Organic")
    html = browse("{% upgrade_to_premium product %}", product=shop["plain"])
    order = [html.index(it) for it in ("Twice as crisp", "Organic", "only $1.50 more", "($3.50)")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("fancy", "words"), [("2.00", "for the same price"), ("1.20", "$0.80 less")]
)
def test_an_upgrade_that_costs_no_more_says_so(shop, browse, fancy, words):
    shop.stock("plain", price=Decimal("2.00"))
    shop.stock("fancy", price=Decimal(fancy))
    shop.ladder("plain", "fancy")
    assert words in browse("{% upgrade_to_premium product %}", product=shop["plain"])


def test_the_tier_table_is_a_table_with_headers(shop, browse):
    shop.ladder("good", "better", "best", recommended="better")
    html = browse("{% tier_table product %}", product=shop["good"])
    assert html.count('scope="col"') == 3
    assert html.count("Recommended") == 1
    assert html.count("You are looking at it") == 1
    assert html.count("Take this one") == 2


def test_a_bundle_says_separately_and_never_was(shop, browse):
    shop.stock("bread", price=Decimal("2.50"))
    shop.stock("egg", price=Decimal("0.30"))
    shop.bundle(10, {"bread": 1, "egg": 6}, name="Breakfast")
    html = browse("{% bundle_offers product %}", product=shop["bread"])
    assert "$3.87" in html
    assert "separately $4.30, you save $0.43" in html
    assert "6 × egg" in html
    assert "was" not in html.split()


def test_a_bump_is_one_tick_that_nobody_ticked_beforehand(shop, browse):
    shop.offer("batteries", headline="Power for the night", text="They last a year.")
    html = browse("{% bump_offers %}", cart=[shop["camera"]])
    (tick,) = re.findall(r'<input type="checkbox"[^>]*>', html)
    assert "checked" not in tick
    assert "Power for the night" in html
    assert "They last a year." in html
    assert "Yes, add batteries for $2.50" in html


def test_the_cart_suggests_what_goes_with_it(shop, browse):
    shop.bought_with("camera", "strap", "case")
    html = browse("{% cross_sells %}", cart=[shop["camera"]])
    assert titles(html) == ["strap", "case"]
    assert "Goes well with your cart" in html


def test_any_placement_can_be_drawn_by_its_name_around_a_product_or_an_order(shop, browse, client):
    shop.bought_with("camera", "strap", "case")
    source = '{% xsell_placement "thank-you" product=product %}'
    assert titles(browse(source, product=shop["camera"])) == ["strap", "case"]


def test_an_order_is_a_starting_point_for_its_own_shopper_alone(shop, browse, rf):
    shop.bought_with("camera", "strap", "case")
    shop.place("thank-you", sources=["mined"])
    order = make.OrderFactory()
    make.OrderLineFactory(order=order, product=shop["camera"])
    make.OrderLineFactory(order=order, product=None)
    source = '{% xsell_placement "thank-you" order_ref=order %}'
    assert titles(browse(source, order=str(order.pk))) == []
    request = rf.get("/")
    request.user = AnonymousUser()
    request.session = SessionStore()
    request.session["order_refs"] = [str(order.pk)]
    template = engines["django"].from_string("{% load xsell %}" + source)
    html = template.render({"request": request, "order": str(order.pk)}, request)
    assert titles(html) == ["strap", "case"]


TAGS = (
    "{% frequently_bought_together product %}",
    "{% upgrade_to_premium product %}",
    "{% tier_table product %}",
    "{% bundle_offers product %}",
    "{% cross_sells %}",
    "{% bump_offers %}",
    '{% xsell_placement "thank-you" product=product %}',
)


@pytest.fixture
def stocked(shop):
    """Every tag has something to draw, and every text that people write holds markup."""
    for name in ("camera", "strap", "case", "better", "bag", "film"):
        shop.stock(name)
        shop[name].title = f"{name} {EVIL}"
        shop[name].save()
    shop.bought_with("camera", "strap", "case")
    shop.bought_with("case", "bag", "strap")
    shop.relate("camera", "bag", note=EVIL)
    shop.ladder("camera", "better", name=EVIL)
    Tier.objects.update(label=EVIL, headline=EVIL)
    for tier in Tier.objects.all():
        make.TierBenefitFactory(tier=tier, feature=f"{EVIL}{tier.rank}", value=EVIL)
    shop.bundle(10, {"camera": 1, "case": 1}, name=EVIL)
    shop.offer("film", headline=EVIL, text=EVIL)
    Placement.objects.update(heading=EVIL, fallback_heading=EVIL)
    return shop


@pytest.mark.parametrize("tag", TAGS)
def test_markup_in_names_and_copy_is_shown_and_never_run(stocked, browse, tag):
    html = browse(tag, cart=[stocked["case"]], product=stocked["camera"], path=f"/?q={EVIL}")
    assert "&lt;script&gt;" in html
    assert "<script" not in html


@pytest.mark.parametrize("tag", TAGS)
def test_without_a_request_a_tag_renders_nothing(stocked, tag):
    html = Template("{% load xsell %}" + tag).render(Context({"product": stocked["camera"]}))
    assert html.strip() == ""


@pytest.mark.parametrize("tag", TAGS)
def test_nothing_to_show_leaves_an_empty_space(db, browse, tag):
    assert browse(tag, product=make.ProductFactory()).strip() == ""


@pytest.mark.parametrize("tag", TAGS)
def test_no_tag_needs_inline_scripts_or_styles(stocked, browse, tag):
    html = browse(tag, cart=[stocked["case"]], product=stocked["camera"])
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)


def test_a_product_page_costs_six_queries_and_no_write_with_the_cart(stocked, browse):
    source = "".join(TAGS[:4])
    cart, product = [stocked["case"]], stocked["camera"]
    browse(source, cart=cart, product=product)  # templates and content types are loaded once
    rulebook()
    with CaptureQueriesContext(connection) as queries:
        html = browse(source, cart=cart, product=product)
    made_by_the_test = 2  # the cart and its line
    reads, writes = reads_and_writes(queries)
    assert (reads, writes - made_by_the_test) == (6, 0)
    assert unescape(html).count("camera") >= 2


@pytest.mark.parametrize("n_lines", [1, 20])
def test_a_cart_page_costs_four_queries_and_no_write(shop, rf, n_lines):
    cart = make.CartFactory()
    for number in range(n_lines):
        make.CartLineFactory(cart=cart, product=shop[f"line {number}"])
        shop.bought_with(f"line {number}", "strap", "case")
    request = rf.get("/")
    request.user = AnonymousUser()
    request.session = SessionStore()
    request.session["cart_id"] = str(cart.pk)
    template = engines["django"].from_string("{% load xsell %}{% cross_sells %}{% bump_offers %}")
    rulebook()
    with CaptureQueriesContext(connection) as queries:
        html = template.render({"request": request}, request)
    assert reads_and_writes(queries) == (4, 0)
    assert titles(html) == ["strap", "case"]


def test_a_cart_with_a_product_that_vanished_shows_the_rest(shop, browse):
    shop.bought_with("camera", "strap", "case")
    held = [shop["camera"], shop["ghost"]]
    html_before = browse("{% cross_sells %}", cart=held)
    shop["ghost"].delete()
    assert CartLine.objects.filter(product=shop["camera"]).exists()
    assert titles(html_before) == titles(browse("{% cross_sells %}", cart=held[:1]))


def test_prices_follow_the_shoppers_language(shop, browse):
    shop.stock("strap", price=Decimal("1234.50"))
    shop.bought_with("camera", "strap", "case")
    with translation.override("de"):
        html = browse("{% cross_sells %}", cart=[shop["camera"]])
    assert "1.234,50" in html


def test_ids_and_details_serve_in_the_place_of_an_instance(shop, browse):
    shop.bought_with("camera", "strap", "case")
    source = "{% frequently_bought_together product %}"
    for product in (shop["camera"].pk, str(shop["camera"].pk)):
        assert titles(browse(source, product=product)) == ["camera", "strap", "case"]


def test_a_language_that_babel_does_not_know_still_has_prices(shop, browse):
    shop.bought_with("camera", "strap", "case")
    with translation.override("udm"):
        html = browse("{% frequently_bought_together product %}", product=shop["camera"])
    assert re.search(r"2.50 USD", html)
