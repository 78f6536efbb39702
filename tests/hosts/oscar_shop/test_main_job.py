"""From Oscar's orders to what Oscar's own pages suggest."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse
from oscar.apps.analytics.models import ProductRecord
from oscar.apps.partner.strategy import UK
from oscar.core.loading import get_model

from tests.hosts.oscar_shop.factories import make_product, place_order
from tests.hosts.oscar_shop.queries import n_queries
from tests.hosts.pages import suggested
from tests.tokens import click, click_bundle
from xsell.adapters import get_adapter
from xsell.models import Bundle, CoPurchase, MiningRun
from xsell.testing import serve_relations

pytestmark = pytest.mark.django_db
Basket = get_model("basket", "Basket")
Category = get_model("catalogue", "Category")
Line = get_model("basket", "Line")
StockRecord = get_model("partner", "StockRecord")


@pytest.fixture
def shop():
    shirt = make_product("Shirt", price=None)
    return {
        "shirt": shirt,
        "small": make_product("Shirt, small", Decimal("19.00"), parent=shirt),
        "large": make_product("Shirt, large", Decimal("21.00"), parent=shirt),
        "cap": make_product("Cap <i>", Decimal("15.00")),
        "socks": make_product("Socks", Decimal("5.00")),
        "mug": make_product("Mug", Decimal("8.00")),
    }


@pytest.fixture
def mined(shop, capsys):
    baskets = [("small", "cap", "socks"), ("large", "cap", "socks"), ("large", "cap")] * 3
    for names in [*baskets, *[("mug",)] * 9]:
        place_order([shop[name] for name in names])
    StockRecord.objects.update(num_in_stock=100)  # the orders took some
    call_command("xsell_recompute")
    return MiningRun.objects.get(is_active=True)


def page(client, product):
    response = client.get(product.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def in_baskets():
    lines = Line.objects.filter(basket__status="Open")
    return dict(lines.values_list("product__title", "quantity"))


def test_children_are_mined_as_their_parent(shop, mined):
    pairs = CoPurchase.objects.filter(run=mined, anchor=shop["shirt"])
    assert {it.suggested_id for it in pairs} == {shop["cap"].pk, shop["socks"].pk}
    assert not CoPurchase.objects.filter(anchor__in=[shop["small"], shop["large"]]).exists()


@pytest.mark.parametrize("name", ["shirt", "small", "large"])
def test_oscar_s_product_page_shows_what_is_frequently_bought_together(client, shop, mined, name):
    html = page(client, shop[name])
    assert "Frequently bought together" in html
    assert suggested(html) == {"Cap &lt;i&gt;", "Socks"}
    assert "<i>" not in html


def test_oscar_s_basket_page_shows_what_goes_well_with_it(client, shop, mined):
    click(client, "add", shop["large"])
    assert suggested(client.get(reverse("basket:summary")).content.decode()) == {
        "Cap &lt;i&gt;",
        "Socks",
    }


def test_prices_read_as_on_oscar_s_own_pages(client, shop, mined):
    assert page(client, shop["cap"]).count("€19.00") >= 1  # the parent, as its cheapest child


@pytest.mark.parametrize("is_customer", [False, True])
def test_all_together_are_put_into_oscar_s_basket_at_one_click(
    client, shop, mined, is_customer, django_user_model
):
    if is_customer:
        client.force_login(django_user_model.objects.create_user("ada", "ada@example.com"))
    click(client, "add", shop["shirt"], shop["cap"], shop["socks"])
    click(client, "add", shop["cap"])
    assert in_baskets() == {"Shirt, small": 1, "Cap <i>": 2, "Socks": 1}
    assert Basket.objects.filter(status="Open").exclude(lines=None).distinct().count() == 1
    shown = client.get(reverse("basket:summary")).content.decode()
    assert "Shirt, small" in shown


def test_a_bundle_with_a_part_that_is_sold_out_leaves_the_basket_empty(client, shop):
    bundle = Bundle.objects.create(name="Morning", saving_percent=10, is_live=True)
    for name in ("mug", "cap"):
        bundle.items.create(product=shop[name])
    shop["cap"].stockrecords.update(num_in_stock=0)
    click_bundle(client, bundle)
    assert in_baskets() == {}
    click(client, "add", shop["mug"])
    assert in_baskets() == {"Mug": 1}


def test_oscar_s_reports_count_what_was_taken(client, shop):
    click(client, "add", shop["cap"])
    assert ProductRecord.objects.get(product=shop["cap"]).num_basket_additions == 1


def test_a_suggestion_makes_no_basket_for_a_customer_who_only_looks(
    rf, django_user_model, shop, client, mined
):
    client.force_login(django_user_model.objects.create_user("ada", "ada@example.com"))
    before = Basket.objects.count()
    click(client, "add", shop["shirt"].pk * 1000)
    assert Basket.objects.count() == before


def test_a_sold_out_child_leaves_the_parent_to_the_other(shop):
    adapter = get_adapter()
    shop["small"].stockrecords.update(num_in_stock=0)
    details = adapter.details([shop["shirt"].pk], adapter.context_for())[shop["shirt"].pk]
    assert (details.price, details.is_available) == (Decimal("21.00"), True)
    shop["large"].stockrecords.update(num_in_stock=0)
    details = adapter.details([shop["shirt"].pk], adapter.context_for())[shop["shirt"].pk]
    assert (details.price, details.is_available) == (None, False)
    assert shop["shirt"] not in adapter.products(adapter.context_for())


def test_parents_and_children_are_described_in_a_fixed_number_of_queries(shop):
    adapter = get_adapter()
    context = adapter.context_for()
    few = [shop["shirt"].pk, shop["small"].pk, shop["cap"].pk]
    for number in range(5):
        parent = make_product(f"Coat {number}", price=None)
        children = [make_product("", Decimal("90.00"), parent=parent) for _ in range(3)]
        few_more = [parent.pk, *(it.pk for it in children)]
        assert n_queries(adapter.details, few, context) == 8
        assert n_queries(adapter.details, [*few, *few_more], context) == 8


def test_the_closest_category_is_the_first_of_those_in_the_details(shop):
    adapter = get_adapter()
    later, hidden = (Category.objects.add_root({"name": name}) for name in ("Zoo", "Hidden"))
    Category.objects.filter(pk=hidden.pk).update(is_public=False)
    shop["cap"].categories.add(later, hidden)
    shop["mug"].categories.set([hidden])
    ids = [it.pk for it in shop.values()]
    details = adapter.details(ids, adapter.context_for())
    assert len(details[shop["cap"].pk].category_ids) == 2
    assert details[shop["mug"].pk].category_ids == ()
    for pk, traits in adapter.traits(ids).items():
        assert traits.category_ids == details[pk].category_ids


def test_a_basket_is_read_in_a_fixed_number_of_queries(rf, shop):
    adapter = get_adapter()
    few, many = Basket.objects.create(), Basket.objects.create()
    for basket, count in ((few, 2), (many, 20)):
        basket.strategy = UK()
        basket.add_product(shop["small"])
        for number in range(count):
            basket.add_product(make_product(f"Book {number}"))
    costs = []
    for basket in (few, many):
        request = rf.get("/")
        request.basket = Basket.objects.get(pk=basket.pk)
        request.basket.strategy = UK()
        costs.append(n_queries(adapter.cart, request))
    assert costs == [7, 7]


def test_a_shop_with_tax_shows_and_charges_prices_with_tax(rf, shop, monkeypatch):
    adapter = get_adapter()
    monkeypatch.setattr("oscar.apps.partner.strategy.Selector.strategy", lambda *_, **__: UK())
    details = adapter.details([shop["cap"].pk], adapter.context_for())[shop["cap"].pk]
    assert details.price == Decimal("18.00")
    assert details.price_includes_tax is True
    assert details.tax_rate == Decimal("0.2")


def test_another_product_model_than_oscar_s_is_refused_at_start(settings):
    settings.XSELL_PRODUCT_MODEL = "catalogue.Category"
    (error,) = get_adapter().check()
    assert error.id == "xsell.E006"
    assert "XSELL_PRODUCT_MODEL = 'catalogue.Category'" in error.msg
    assert "catalogue.Product" in error.hint


def test_no_migration_is_missing_and_xsell_s_own_has_run(django_db_setup):
    call_command("makemigrations", "xsell", "--check", "--dry-run", verbosity=0)
    call_command("migrate", "xsell", "--check", verbosity=0)


def test_relations_serve_without_mining(client, shop):
    serve_relations({shop["mug"].pk: [shop["cap"].pk, shop["socks"].pk]})
    assert suggested(page(client, shop["mug"])) == {"Cap &lt;i&gt;", "Socks"}
