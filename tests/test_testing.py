"""What hosts lean on in their own tests: the suite finds each fault that an adapter can have."""

import io
import unittest
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db.models import Q
from django.test import TestCase
from django.utils import timezone

from demo_shop.models import Cart, CartLine, Product
from demo_shop.xsell_adapter import ShopAdapter
from tests.adapters import test_demo_shop_conformance as demo_shop
from tests.factories import ProductFactory
from xsell.adapters import ORDER_LINE_COLUMNS
from xsell.models import BestSeller, MiningRun
from xsell.selection.pages import Page
from xsell.testing import serve_relations
from xsell.values import CartChange, Category, ShippingGap

pytestmark = pytest.mark.django_db


def with_each(**fields):
    """`details` with some facts of each product changed."""
    return lambda found, *_: {key: replace(it, **fields) for key, it in found.items()}


def one_by_one(found, product_ids, context):
    for product_id in found:
        Product.objects.get(pk=product_id)
    return found


def only_for_sale(found, product_ids, context):
    return {key: product for key, product in found.items() if product.is_available}


def count_a_visit(context, request):
    request.session["visits"] = 1
    return context


def open_a_cart(cart, request):
    return cart if cart.ref else replace(cart, ref=str(Cart.objects.create().pk))


def with_lines(change):
    """`cart` with each of its lines changed."""
    return lambda cart, request: replace(cart, lines=tuple(map(change, cart.lines)))


def sell_anyway(change, request, product_id, quantity=1):
    if not change.done and Product.objects.filter(pk=product_id).exists():
        request.session["cart_id"] = request.session.get("cart_id") or Cart.objects.create().pk
        line = CartLine.objects.create(
            cart_id=request.session["cart_id"], product_id=product_id, quantity=quantity
        )
        return CartChange(product_id, done=True, line_ref=str(line.pk))
    return change


def forget_what_was_there(change, request, product_id, quantity=1):
    if change.done:
        CartLine.objects.filter(pk=change.line_ref).update(quantity=quantity)
    return change


def leave_it_in(change, request, line_ref, quantity):
    return change if quantity else replace(change, done=True)


def one_unit(change, request, line_ref, product_id):
    CartLine.objects.filter(pk=change.line_ref).update(quantity=1)
    return change


def without_options(change, request, line_ref, product_id):
    CartLine.objects.filter(pk=change.line_ref).update(options={})
    return change


def cancelled_too(lines, *_):
    return ShopAdapter()._all_order_lines().values(*ORDER_LINE_COLUMNS)


def to_everybody(order, order_ref, context):
    return ShopAdapter().order(order_ref, replace(context, facts={"order_refs": (str(order_ref),)}))


def ask_the_database(gap, context, cart, quote):
    return gap if Product.objects.exists() else None


def before_its_savings(gap, context, cart, quote):
    goods = sum((line.amount for line in quote.lines), Decimal(0))
    return ShippingGap.to(gap.threshold, goods, gap.currency)


def of_the_cart_s_lines(gap, context, cart, quote):
    return ShippingGap.to(gap.threshold, cart.total - quote.saving, gap.currency)


FAULTS = [
    ("check", lambda it: [*it, "wrong"], "finds_nothing_wrong_with_its_own_set_up"),
    ("context", lambda it, _: replace(it, customer_id="0"), "knows_a_guest"),
    ("context", lambda it, _: replace(it, is_staff=True), "knows_a_customer"),
    ("context", lambda it, _: replace(it, shopper_key="any"), "knows_a_customer"),
    ("context", count_a_visit, "asks_who_is_shopping_without_writing"),
    ("context", lambda it, _: replace(it, currency="EUR"), "names_one_currency"),
    ("context_for", lambda it, *_: replace(it, shopper_key=""), "knows_the_same_customer"),
    ("context_for", lambda it, *_: replace(it, customer_id="1"), "knows_nobody"),
    ("format_price", lambda *_: "a few dollars", "writes_prices_for_every_language"),
    ("products", lambda it, _: list(it), "gives_products_for_sale_as_a_queryset"),
    ("products", lambda *_: Product.objects.all(), "gives_products_for_sale_as_a_queryset"),
    ("details", with_each(price=12.34), "describes_a_product"),
    ("details", with_each(price=Decimal(12)), "describes_a_product"),
    ("details", with_each(title="Thing"), "describes_a_product"),
    ("details", with_each(stock="many"), "gives_every_fact_in_its_type"),
    ("details", with_each(category_ids=(7,)), "gives_every_fact_in_its_type"),
    ("details", with_each(is_available=True), "describes_a_product_that_cannot_be_bought"),
    ("details", with_each(family=0), "gives_each_product_a_family"),
    ("details", only_for_sale, "describes_a_product_that_cannot_be_bought"),
    ("details", one_by_one, "describes_many_products_in_as_many_queries_as_two"),
    ("details", lambda it, ids, _: dict.fromkeys(ids), "leaves_out_products_that_do_not_exist"),
    ("search", lambda *_, **__: [], "finds_products_by_name"),
    ("search", lambda it, query, **_: [] if query.isdecimal() else it, "finds_products_by_number"),
    ("search", lambda *_, **__: list(Product.objects.values_list("pk", flat=True)), "finds_no"),
    ("categories", lambda _: [], "lists_the_categories_that_products_name"),
    ("categories", lambda it: [*it, Category("x", "X")] * 2, "lists_the_categories"),
    ("order_lines", lambda it, *_: it.values("pk"), "gives_order_lines_with_their_columns"),
    ("order_lines", lambda it, *_: list(it), "gives_order_lines_that_can_be_counted"),
    ("order_lines", cancelled_too, "leaves_cancelled_orders_out"),
    ("order_lines", cancelled_too, "gives_orders_from_since_on_and_before_until"),
    ("order_lines", lambda it, *_: it.filter(Q(quantity__gt=1)), "gives_one_line_for_each_line"),
    ("order", to_everybody, "shows_an_order_to_its_customer_alone"),
    ("order", lambda *_: None, "shows_an_order_to_its_customer_alone"),
    ("cart", open_a_cart, "gives_an_empty_cart_to_who_has_none_and_makes_none"),
    ("cart", with_lines(lambda it: replace(it, unit_price=Decimal(1))), "puts_a_product_into"),
    ("cart", with_lines(lambda it: replace(it, options={})), "keeps_lines_with_options_apart"),
    ("cart", lambda it, _: replace(it, lines=it.lines[:1]), "keeps_lines_with_options_apart"),
    ("add_to_cart", sell_anyway, "refuses_a_product_that_cannot_be_bought"),
    ("add_to_cart", sell_anyway, "refuses_more_than_there_is"),
    ("add_to_cart", forget_what_was_there, "sums_what_is_added_twice"),
    ("add_to_cart", lambda it, *_: replace(it, reason=""), "refuses_a_product_that_cannot"),
    ("add_to_cart", lambda it, *_: replace(it, line_ref=""), "puts_a_product_into_the_cart"),
    ("set_quantity", lambda it, *_: replace(it, done=True), "touches_nobody_else_s_lines"),
    ("set_quantity", lambda it, *_: replace(it, done=True), "refuses_lines_that_are_not_there"),
    ("set_quantity", lambda it, *_: replace(it, done=True), "changes_no_quantity_beyond"),
    ("shipping_gap", lambda it, *_: replace(it, missing=0.5), "says_what_is_missing_to_free"),
    ("shipping_gap", lambda it, *_: replace(it, currency="EUR"), "says_what_is_missing_to_free"),
    ("shipping_gap", lambda it, *_: replace(it, missing=it.threshold), "says_what_is_missing"),
    ("shipping_gap", ask_the_database, "says_what_is_missing_to_free_shipping"),
    ("shipping_gap", before_its_savings, "counts_what_the_goods_cost_after_their_savings"),
    ("shipping_gap", of_the_cart_s_lines, "counts_what_the_goods_cost_after_their_savings"),
    ("replace_line", one_unit, "puts_a_better_product_in_the_place_of_a_line_s"),
    ("replace_line", one_unit, "joins_a_replaced_line_with_the_line_that_is_there"),
    ("replace_line", without_options, "keeps_the_options_of_a_replaced_line"),
    ("replace_line", lambda it, *_: replace(it, done=True), "replaces_no_line_by_what_cannot"),
]


class FaultyShop(demo_shop.TestDemoShop):
    __test__ = False

    def __init__(self, adapter):
        self.faulty = adapter

    def adapter(self):
        return self.faulty


@pytest.mark.parametrize(("method", "change", "test"), FAULTS)
def test_a_faulty_adapter_is_found(method, change, test):
    def faulty(self, *args, **kwargs):
        return change(getattr(ShopAdapter, method)(self, *args, **kwargs), *args, **kwargs)

    shop = FaultyShop(type("FaultyAdapter", (ShopAdapter,), {method: faulty})())
    tests = [name for name in dir(shop) if name.startswith(f"test_it_{test}")]
    assert tests, f"no test of the suite begins like this: {test}"
    with pytest.raises(AssertionError):
        run(shop, tests)


def run(shop, tests):
    for name in tests:
        getattr(shop, name)()


def test_the_suite_runs_with_unittest_and_says_what_it_skips():
    class WithUnittest(demo_shop.TestDemoShop, TestCase):
        """How a project without pytest runs it."""

    suite = unittest.TestLoader().loadTestsFromTestCase(WithUnittest)
    told = io.StringIO()
    result = unittest.TextTestRunner(stream=told, verbosity=2).run(suite)
    assert result.wasSuccessful(), told.getvalue()
    assert result.testsRun > 50
    assert {reason.partition(";")[0] for _, reason in result.skipped} == {
        "no variants in this shop"
    }


def test_relations_for_a_test_serve_as_mined_ones_do():
    camera, strap, case = (ProductFactory(title=it).pk for it in ("Camera", "Strap", "Case"))
    serve_relations({strap: [camera]})
    run = serve_relations({camera: [strap, case], strap: [camera]})
    assert list(MiningRun.objects.filter(is_active=True)) == [run]
    assert list(
        BestSeller.objects.filter(run=run).order_by("position").values_list("product", flat=True)
    ) == [camera, strap, case]
    adapter = ShopAdapter()
    context = adapter.context_for()
    page = Page(adapter, context, adapter.cart(FaultyShop(adapter).request()), timezone.now())
    shown = page.placement("product-page", product_id=camera).suggestions
    assert [it.product.title for it in shown] == ["Strap", "Case"]
    assert [it.evidence.n_both for it in shown] == [50, 49]
    assert all(it.evidence.lift_lower < it.evidence.lift == it.evidence.n_both / 10 for it in shown)
