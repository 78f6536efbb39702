"""A product's step up and its ladder, as the tags show them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demo_shop.models import CartLine
from tests import factories as make
from tests.queries import reads_and_writes
from xsell.models import Acceptance, Encounter, Tier

TAKE = reverse("xsell-api:take")


@pytest.fixture
def coffee(shop):
    for name, price in (("house", "4.00"), ("brand", "5.50"), ("organic", "7.25")):
        shop.stock(name, price=Decimal(price))
    shop.ladder("house", "brand", "organic", offers_downsell=True)
    for name, value in (("house", "250 g"), ("brand", "500 g"), ("organic", "500 g")):
        tier = Tier.objects.get(product=shop[name])
        make.TierBenefitFactory(tier=tier, feature="Weight", value=value)
    return shop


def tiers(client, product, **data):
    return client.get(reverse("xsell-api:tiers", args=[product.pk]), data)


def take(client, token):
    return client.post(TAKE, {"token": token}, content_type="application/json")


def held():
    return dict(CartLine.objects.values_list("product__title", "quantity"))


def test_the_step_names_the_gain_and_the_difference(coffee, client):
    (step,) = tiers(client, coffee["house"]).json()["steps"]
    assert step["product"]["title"] == "brand"
    assert step["gains"] == [{"feature": "Weight", "value": "500 g", "instead_of": "250 g"}]
    assert (step["difference"], step["losses"]) == ("1.50", [])
    assert (step["is_downsell"], step["is_computed"]) == (False, False)


def test_the_rungs_are_those_of_the_table(coffee, client):
    rungs = tiers(client, coffee["brand"]).json()["rungs"]
    assert [(it["product"]["title"], it["difference"], it["is_current"]) for it in rungs] == [
        ("house", "-1.50", False),
        ("brand", "0.00", True),
        ("organic", "1.75", False),
    ]
    assert [it["token"] is None for it in rungs] == [False, True, False]
    assert [it["is_recommended"] for it in rungs] == [False, True, False]


@pytest.mark.parametrize(("rungs", "n_shown"), [("2", 2), ("3", 3), ("99", 3)])
def test_as_many_rungs_as_are_asked_for(coffee, client, rungs, n_shown):
    assert len(tiers(client, coffee["brand"], rungs=rungs).json()["rungs"]) == n_shown


@pytest.mark.parametrize("rungs", ["1", "0", "-2", "many", "100", "", "٣", "2.5"])
def test_a_number_that_is_none_is_refused_by_name(coffee, client, rungs):
    response = tiers(client, coffee["brand"], rungs=rungs)
    assert response.status_code == 400
    assert response.json() == {"rungs": [f"{rungs!r} is no number from 2 to 99."]}


def test_a_product_that_there_is_not_is_not_found(coffee, client):
    response = client.get(reverse("xsell-api:tiers", args=[10**9]))
    assert response.status_code == 404


def test_a_product_without_steps_has_none(coffee, client):
    shown = tiers(client, coffee["tripod"]).json()
    assert (shown["steps"], shown["rungs"]) == ([], [])


def test_taking_it_replaces_and_the_answer_can_be_undone(coffee, client, hold):
    hold("house", "strap")
    (step,) = tiers(client, coffee["house"]).json()["steps"]
    taken = take(client, step["token"]).json()
    assert held() == {"brand": 1, "strap": 1}
    assert taken["changes"][0]["message"] == "brand is now in your cart in the place of house."
    undone = take(client, taken["undo_token"])
    assert (undone.status_code, undone.json()["undo_token"]) == (200, None)
    assert undone.json()["changes"][0]["message"] == (
        "house is in your cart again in the place of brand."
    )
    assert held() == {"house": 1, "strap": 1}
    assert take(client, taken["undo_token"]).json() == undone.json()


def test_what_cannot_be_undone_any_more_says_why(coffee, client, hold):
    hold("house")
    (step,) = tiers(client, coffee["house"]).json()["steps"]
    token = take(client, step["token"]).json()["undo_token"]
    CartLine.objects.all().delete()
    response = take(client, token)
    assert response.status_code == 409
    assert response.json() == {"detail": "brand is not in your cart any more."}


def test_a_no_leads_to_the_smaller_one_and_a_second_no_to_nothing(coffee, client):
    first, _ = coffee["brand"], coffee["house"]
    shown = []
    for _ in range(3):
        steps = tiers(client, first).json()["steps"]
        shown.append([(it["product"]["title"], it["is_downsell"]) for it in steps])
        for step in steps:
            answer = take(client, step["decline_token"])
            assert (answer.status_code, answer.json()["changes"]) == (200, [])
    assert shown == [[("organic", False)], [("house", True)], []]
    assert Encounter.objects.filter(placement="upgrade").count() == 2
    assert not Acceptance.objects.exists()


def test_it_reads_in_a_fixed_number_of_queries_and_writes_nothing(coffee, client, hold):
    hold("strap")
    tiers(client, coffee["house"])
    with CaptureQueriesContext(connection) as queries:
        tiers(client, coffee["house"])
    n_reads, n_writes = reads_and_writes(queries)
    without_session = n_reads - sum("django_session" in it["sql"] for it in queries)
    assert (without_session, n_writes) == (6, 0)
