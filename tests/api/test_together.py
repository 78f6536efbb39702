"""GET products/<id>/frequently-bought-together/: suggestions, and all of it at one click."""

import logging

import pytest

from tests.tokens import taken_by
from xsell.models import Placement
from xsell.selection.pages import Page


def test_all_together_costs_what_it_costs_one_by_one(shop, ask_together, titles):
    shop.bought_with("camera", "strap", "case")
    answer = ask_together(shop["camera"].pk)
    assert titles(answer) == ["strap", "case"]
    assert answer.json()["together"] == [str(shop[name].pk) for name in ("camera", "strap", "case")]
    assert (answer.json()["total"], answer.json()["currency"]) == ("281.40", "USD")
    taken = taken_by(answer.json()["together_token"])
    assert [str(it) for it in taken.product_ids] == answer.json()["together"]
    assert (taken.kind, taken.placement) == ("add", "product-page")


def test_what_is_in_the_cart_is_not_counted_again(shop, ask_together, hold):
    shop.bought_with("camera", "strap", "case")
    hold("camera")
    answer = ask_together(shop["camera"].pk).json()
    assert answer["together"] == [str(shop[name].pk) for name in ("strap", "case")]
    assert answer["total"] == "32.40"


def test_best_sellers_are_not_sold_as_bought_together(shop, ask_together, titles):
    for name in ("camera", "strap", "case"):
        shop[name].category = shop["camera"].category
        shop[name].save()
    shop.best_sellers("camera", "strap", "case")
    answer = ask_together(shop["camera"].pk)
    assert titles(answer) == ["strap", "case"]
    assert (answer.json()["together"], answer.json()["total"]) == ([], None)
    assert answer.json()["together_token"] is None
    assert answer.json()["heading"] == "Goes well with this"


def test_nothing_bought_together_is_an_empty_answer(shop, ask_together, titles):
    answer = ask_together(shop["camera"].pk)
    assert titles(answer) == []
    assert (answer.json()["together"], answer.json()["total"]) == ([], None)


def test_a_product_that_is_sold_out_is_not_in_the_total(shop, ask_together):
    shop.bought_with("camera", "strap", "case")
    shop["camera"].stock = 0
    shop["camera"].save()
    answer = ask_together(shop["camera"].pk).json()
    assert str(shop["camera"].pk) not in answer["together"]
    assert answer["total"] == "32.40"


@pytest.mark.parametrize("text", ["camera", "1.5", "9" * 30, "%00", "-"])
def test_what_is_no_product_id_is_refused_by_name(shop, client, text):
    answer = client.get(f"/xsell/api/products/{text}/frequently-bought-together/")
    assert answer.status_code == 400
    assert list(answer.json()) == ["product_id"]


def test_a_product_that_the_shop_does_not_have_is_not_found(shop, ask_together):
    assert ask_together(987654).status_code == 404


def test_a_shop_without_the_placement_is_told_so(shop, ask_together):
    Placement.objects.filter(slug="product-page").delete()
    answer = ask_together(shop["camera"].pk)
    assert answer.status_code == 404
    assert "'product-page'" in answer.json()["detail"]


def test_a_failing_selection_is_an_empty_answer_and_one_log_line(
    shop, ask_together, settings, monkeypatch, caplog
):
    def fail(*args, **kwargs):
        raise RuntimeError("a broken shelf")

    settings.XSELL_FAIL_LOUDLY = False
    monkeypatch.setattr(Page, "placement", fail)
    with caplog.at_level(logging.ERROR, "xsell"):
        answer = ask_together(shop["camera"].pk)
    assert answer.status_code == 200
    assert answer.json() == {
        "slug": "product-page",
        "heading": "",
        "suggestions": [],
        "together": [],
        "together_token": None,
        "total": None,
        "currency": "",
        "product_token": None,
        "seen_token": None,
        "product_seen_token": None,
    }
    assert len(caplog.records) == 1
