"""Pages answer and show what they must."""

import re
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.urls import reverse

from demo_shop.models import Order, Product
from demo_shop.pictures import PALETTES, VARIETIES, draw, symbols
from demo_shop.templatetags.demo_shop import money, unit_price
from tests import factories as make

CSS = Path(settings.BASE_DIR) / "demo_shop/static/demo_shop/shop.css"
TEMPLATES = sorted((Path(settings.BASE_DIR) / "demo_shop/templates").rglob("*.html"))


@pytest.fixture
def dairy(db):
    aisle = make.CategoryFactory(name="Dairy", slug="dairy")
    return make.CategoryFactory(name="Milk", slug="dairy-milk", parent=aisle)


def text(response):
    return response.content.decode()


def test_the_home_page_shows_aisles_and_best_sellers(client, dairy):
    make.ProductFactory(title="Whole Milk", category=dairy)
    page = text(client.get(reverse("home")))
    assert "Dairy" in page
    assert "Whole Milk" in page


def test_the_back_office_lists_the_shops_own_rows(admin_client):
    make.OrderLineFactory()
    for name in ("category", "product", "order", "household"):
        assert admin_client.get(reverse(f"admin:demo_shop_{name}_changelist")).status_code == 200


def test_an_empty_shop_has_a_home_page_and_an_empty_list(client, db):
    assert client.get(reverse("home")).status_code == 200
    assert "Nothing here fits" in text(client.get(reverse("products")))


def test_a_shopper_sees_the_usuals_again(client, dairy):
    user = make.UserFactory(first_name="Robin")
    milk = make.ProductFactory(title="Whole Milk", category=dairy)
    make.OrderLineFactory(product=milk, order__customer=user)
    client.force_login(user)
    page = text(client.get(reverse("home")))
    assert "Your usuals" in page
    assert "Robin" in page


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/products/", ["Rye Bread", "Skimmed Milk", "Whole Milk"]),
        ("/products/?q=milk", ["Skimmed Milk", "Whole Milk"]),
        ("/products/?q=MILK+whole", ["Whole Milk"]),
        ("/products/?q=4711", ["Whole Milk"]),
        ("/products/?q=milk&brand=private", ["Skimmed Milk"]),
        ("/products/?sort=dear", ["Whole Milk", "Rye Bread", "Skimmed Milk"]),
        ("/products/?sort=nonsense&brand=nonsense&page=nonsense", None),
        ("/aisles/dairy/", ["Skimmed Milk", "Whole Milk"]),
        ("/aisles/dairy-milk/?q=skimmed", ["Skimmed Milk"]),
        ("/products/?q=50%25+off", []),
    ],
)
def test_the_list_is_searched_filtered_and_sorted(client, dairy, address, shown):
    make.ProductFactory(title="Whole Milk", category=dairy, sku=4711, price=Decimal("9.00"))
    make.ProductFactory(title="Skimmed Milk", category=dairy, brand_kind="private", n_orders=5)
    make.ProductFactory(title="Rye Bread", price=Decimal("3.00"), n_orders=9)
    make.ProductFactory(title="Hidden Milk", category=dairy, is_published=False)
    make.ProductFactory(title="Unpriced Milk", category=dairy, price=None)
    page = text(client.get(address))
    titles = re.findall(r"<h3><a [^>]*>([^<]*)</a></h3>", page)
    assert "Hidden Milk" not in titles
    assert "Unpriced Milk" not in titles
    if shown is not None:
        assert titles == shown if "sort" in address else sorted(titles) == shown


def test_long_lists_come_in_pages(client, dairy):
    make.ProductFactory.create_batch(30, category=dairy)
    assert len(client.get("/aisles/dairy/").context["page"].object_list) == 24
    assert len(client.get("/aisles/dairy/?page=2").context["page"].object_list) == 6


def test_a_list_costs_the_same_queries_however_long_it_is(client, dairy, django_assert_num_queries):
    """Of each of the two tags in the frame, a savepoint and its release: nothing is read."""
    make.ProductFactory.create_batch(3, category=dairy)
    with django_assert_num_queries(8 + 2 * 2):
        client.get("/aisles/dairy/")
    make.ProductFactory.create_batch(20, category=dairy)
    with django_assert_num_queries(8 + 2 * 2):
        client.get("/aisles/dairy/")


def test_the_product_page_shows_price_size_and_stock(client, dairy):
    milk = make.ProductFactory(
        title="Whole Milk, 1 gal",
        category=dairy,
        price=Decimal("2.56"),
        size="1 gal",
        measure=128,
        measure_unit="fl oz",
        stock=3,
    )
    page = text(client.get(milk.get_absolute_url()))
    for shown in ("Whole Milk, 1 gal", "$2.56", "2.0¢ / fl oz", "Only 3 left", "Add to cart"):
        assert shown in page


def test_a_sold_out_product_cannot_be_put_into_the_cart(client, dairy):
    milk = make.ProductFactory(category=dairy, stock=0)
    page = text(client.get(milk.get_absolute_url()))
    assert "Sold out" in page
    assert reverse("cart-add", args=[milk.sku]) not in page


@pytest.mark.parametrize("fields", [{"is_published": False}, {"price": None}])
def test_a_product_that_is_not_on_sale_has_no_page(client, db, fields):
    hidden = make.ProductFactory(**fields)
    assert client.get(hidden.get_absolute_url()).status_code == 404


def test_an_old_address_of_a_product_leads_to_the_new_one(client, db):
    milk = make.ProductFactory()
    answer = client.get(reverse("product", args=[milk.sku, "old-name"]))
    assert answer.status_code == 301
    assert answer["Location"] == milk.get_absolute_url()


def test_markup_in_a_title_is_escaped(client, dairy):
    evil = "<script>alert(1)</script>"
    product = make.ProductFactory(title=evil, brand=evil, size=evil, category=dairy)
    make.CartLineFactory(cart=(cart := make.CartFactory()), product=product)
    session = client.session
    session["cart_id"] = str(cart.pk)
    session.save()
    for address in ("/", "/products/", product.get_absolute_url(), "/cart/", "/checkout/"):
        assert evil not in text(client.get(address)), address
    assert evil not in text(client.get("/products/", {"q": evil}))


def test_orders_are_shown_to_their_shopper_only(client, db):
    # the hyphens: a page's random token has two such letters in a row now and then
    robin, other = make.UserFactory(), make.UserFactory()
    mine = make.OrderFactory(customer=robin, number="A-1")
    make.OrderLineFactory(order=mine, title="Whole Milk")
    make.OrderLineFactory(order=mine, product=None, title="Item 99")
    make.OrderFactory(customer=other, number="B-2")
    assert client.get(reverse("order-history")).status_code == 302
    client.force_login(robin)
    history = text(client.get(reverse("order-history")))
    assert "A-1" in history
    assert "B-2" not in history
    order = text(client.get(mine.get_absolute_url()))
    assert "Whole Milk" in order
    assert "Item 99" in order
    assert client.get(Order.objects.get(number="B-2").get_absolute_url()).status_code == 404


def test_every_page_forbids_inline_script_and_style(client, db):
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_keep_to_that_policy(template):
    html = template.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|https?://", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)


def test_the_style_sheet_mirrors_for_right_to_left():
    css = CSS.read_text(encoding="utf-8")
    physical = (
        r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)|\b(?:left|right):"
    )
    assert not re.findall(physical, css)


@pytest.mark.parametrize("sheet", ["packs", "emblems"])
@pytest.mark.parametrize("palette", [0, len(PALETTES) * VARIETIES - 1])
def test_every_drawing_is_an_svg_in_its_own_colours(sheet, palette):
    for name in symbols(sheet):
        drawing = draw(f"{name}-apple" if sheet == "packs" else f"plain-{name}", palette)
        assert ElementTree.fromstring(drawing).tag.endswith("svg")
        assert "#00000" not in drawing


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/pictures/can-tomato/3.svg", 200),
        ("/pictures/can-nothing/3.svg", 404),
        ("/pictures/tomato/3.svg", 404),
        ("/pictures/can-tomato/999.svg", 404),
    ],
)
def test_pictures_are_drawn_by_name(client, address, status):
    answer = client.get(address)
    assert answer.status_code == status
    if status == 200:
        assert answer["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("1234.5", "$1,234.50"), ("0", "$0.00"), ("-2", "-$2.00"), ("0.005", "$0.01"), (None, "")],
)
def test_money_is_shown_with_two_decimals(amount, shown):
    assert money(None if amount is None else Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("price", "measure", "shown"),
    [("2.56", "128", "2.0¢ / oz"), ("3.00", "2", "$1.50 / oz"), ("3.00", None, "")],
)
def test_prices_per_unit_are_comparable(price, measure, shown):
    product = Product(price=Decimal(price), measure=measure and Decimal(measure), measure_unit="oz")
    assert unit_price(product) == shown
