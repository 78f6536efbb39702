"""A suggestion must never take the page down: not the request, and not its transaction."""

import logging

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.template import engines
from django.test import override_settings
from django.urls import path

from demo_shop.models import Product
from demo_shop.urls import urlpatterns as shop_addresses
from xsell.adapters import get_adapter
from xsell.selection import surroundings
from xsell.storefront.guard import guarded

PAGE = (
    "{% load xsell %}<h1>{{ product.title }}</h1>"
    "{% frequently_bought_together product %}{% cross_sells %}"
    "<footer>{{ count }}</footer>"
)


def product_page(request, pk):
    """A host's page: a query of its own before and after the tags."""
    product = Product.objects.get(pk=pk)
    before = engines["django"].from_string(PAGE.replace("{{ count }}", ""))
    html = before.render({"request": request, "product": product}, request)
    return HttpResponse(html + f"<footer>{Product.objects.count()}</footer>")


class WithButtons:
    """The shop's addresses, and that page."""

    urlpatterns = (path("pages/<int:pk>/", product_page), *shop_addresses)


class WithoutButtons:
    """A host that forgot xsell's addresses."""

    urlpatterns = tuple(it for it in WithButtons.urlpatterns if "xsell" not in str(it.pattern))


def broken_query(*args, **kwargs):
    """What a missing migration looks like."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")


@pytest.mark.django_db(transaction=True)
@override_settings(ROOT_URLCONF=WithButtons, XSELL_FAIL_LOUDLY=False)
def test_a_failing_query_leaves_the_hosts_later_queries_working(shop, client, monkeypatch, caplog):
    """With ATOMIC_REQUESTS on PostgreSQL, a failed query breaks the transaction of the page."""
    assert connection.settings_dict["ATOMIC_REQUESTS"]
    monkeypatch.setattr(surroundings, "related_to", broken_query)
    with caplog.at_level(logging.ERROR, logger="xsell"):
        response = client.get(f"/pages/{shop['camera'].pk}/")
    assert response.status_code == 200
    html = "".join(response.content.decode().split())
    assert html == "<h1>camera</h1><footer></footer><footer>1</footer>"
    assert [record.getMessage() for record in caplog.records] == [
        "xsell: frequently bought together left empty",
        "xsell: placement cart left empty",
    ]


@pytest.mark.django_db(transaction=True)
@override_settings(XSELL_FAIL_LOUDLY=False)
def test_without_a_transaction_there_is_no_savepoint(caplog):
    assert guarded("the place", broken_query, "empty") == "empty"
    assert Product.objects.count() == 0


@pytest.mark.django_db
@override_settings(XSELL_FAIL_LOUDLY=True)
def test_while_developing_a_failure_is_loud():
    with pytest.raises(DatabaseError), transaction.atomic():
        guarded("the place", broken_query, "empty")


@pytest.mark.django_db
def test_what_the_hosts_transaction_did_before_stays_done(settings):
    settings.XSELL_FAIL_LOUDLY = False

    def writes_then_fails():
        Product.objects.update(title="spoiled")
        raise ValueError("too late")

    with transaction.atomic():
        guarded("the place", writes_then_fails, None)
    assert not Product.objects.filter(title="spoiled").exists()


def test_it_gives_what_was_built():
    assert guarded("the place", lambda: "built", "empty") == "built"


@pytest.mark.parametrize("broken", ["price", "address"])
@pytest.mark.django_db(transaction=True)
@override_settings(XSELL_FAIL_LOUDLY=False)
def test_a_template_that_fails_leaves_an_empty_space_too(
    shop, client, monkeypatch, caplog, settings, broken
):
    settings.ROOT_URLCONF = WithButtons if broken == "price" else WithoutButtons
    shop.bought_with("camera", "strap", "case")
    if broken == "price":
        monkeypatch.setattr(type(get_adapter()), "format_price", broken_query)
    with caplog.at_level(logging.ERROR, logger="xsell"):
        response = client.get(f"/pages/{shop['camera'].pk}/")
    assert response.status_code == 200
    assert "frequently bought together left empty" in caplog.text
    assert ("NoReverseMatch" in caplog.text) == (broken == "address")
