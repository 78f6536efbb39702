"""What nobody buys twice is not suggested to who has it: nowhere, and by nobody."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.queries import reads_and_writes
from tests.selection.regulars import Regular, bought_again, bought_once, goes_on
from xsell.models import BoughtOnce
from xsell.selection.bought_once import BoughtOnceRules, Spent
from xsell.selection.rulebook import rulebook
from xsell.values import ProductDetails

pytestmark = pytest.mark.django_db
REASON = "the customer has it, and nobody buys it twice"


@pytest.fixture
def robin(shop):
    """Has a kettle since last month."""
    customer = Regular(shop)
    customer.bought("kettle", days_ago=40)
    return customer


WAYS = {
    "pinned": ("product-page", lambda shop: shop.relate("tea", "kettle")),
    "mined": ("product-page", lambda shop: shop.bought_with("tea", "kettle")),
    "offers": ("checkout-bump", lambda shop: shop.offer("kettle")),
    "best-sellers": ("cart", lambda shop: shop.best_sellers("kettle")),
    "due-again": ("recommended", lambda shop: bought_again(shop, "kettle", 40)),
    "tiers": ("upgrade", lambda shop: shop.ladder("tea", "kettle")),
}


@pytest.mark.parametrize("source", WAYS)
@pytest.mark.parametrize("by", ["product", "category"])
def test_whoever_proposes_it_it_is_dropped(robin, shop, source, by):
    slug, propose = WAYS[source]
    propose(shop)
    shop.place(slug, min_items=1)
    around = (slug, "tea" if slug in {"product-page", "upgrade"} else "", [])
    assert shop.shown(*around, customer_id=robin.customer_id) == ["kettle"]
    bought_once(shop, *(["kettle"] if by == "product" else []))
    bought_once(shop, shelves=["kettle"] if by == "category" else [])
    content = shop.content(*around, customer_id=robin.customer_id)
    assert content.suggestions == ()
    assert [it.reason for it in content.decisions if it.source == source] == [REASON]
    assert shop.shown(*around) == (["kettle"] if source != "due-again" else [])


def test_others_of_its_shelf_may_follow(robin, shop):
    """Books are bought once each: who has one may like another."""
    shop.stock("toaster", category=shop["kettle"].category)
    shop.relate("tea", "toaster")
    shop.place("product-page", min_items=1)
    bought_once(shop, shelves=["kettle"])
    assert robin.shown(slug="product-page", product="tea") == ["toaster"]


def product(key, family=None, shelf=""):
    return ProductDetails(
        key, str(key), "", None, "USD", True, family or key, category_ids=(shelf,)
    )


@pytest.mark.parametrize(
    ("rules", "owned", "has"),
    [
        (BoughtOnceRules(frozenset({"coat"})), {"coat"}, True),
        (BoughtOnceRules(frozenset({"coat"})), {"red coat", "coat"}, True),
        (BoughtOnceRules(frozenset({"blue coat"})), {"blue coat"}, True),
        (BoughtOnceRules(frozenset({"red coat"})), {"red coat"}, False),
        (BoughtOnceRules(frozenset({"coat"})), {"hat"}, False),
        (BoughtOnceRules(frozenset(), frozenset({"coats"})), {"coat"}, True),
        (BoughtOnceRules(frozenset(), frozenset({"hats"})), {"coat"}, False),
        (BoughtOnceRules(), {"coat"}, False),
    ],
)
def test_variants_are_the_same_thing(rules, owned, has):
    blue = product("blue coat", "coat", "coats")
    assert Spent(rules, frozenset(owned)).has(blue) is has


def test_the_history_is_read_where_there_are_rules_and_a_customer(robin, shop):
    shop.relate("tea", "kettle")

    def queries_of(**context):
        page = shop.page(**context)
        rulebook()
        with CaptureQueriesContext(connection) as queries:
            page.placement("product-page", product_id=shop["tea"].pk)
        return reads_and_writes(queries)

    known = {"customer_id": robin.customer_id}
    guests, customers = queries_of(), queries_of(**known)
    bought_once(shop, "kettle")
    assert queries_of() == guests
    assert queries_of(**known) == (customers[0] + 1, 0)


def test_a_rule_says_what_it_is_about(shop):
    row = BoughtOnce.objects.create(product=shop["kettle"])
    assert str(row) == str(shop["kettle"].pk)
    assert not BoughtOnceRules()


def test_a_next_step_to_it_is_dropped_too(robin, shop):
    goes_on(shop, "kettle", "descaler")
    robin.bought("descaler", days_ago=300)
    bought_once(shop, "descaler")
    shop.place("recommended", min_items=1)
    assert "descaler" not in robin.shown()
