"""Placements around an order, for who may see it; and what all of them cost."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as make
from tests.queries import reads_and_writes
from xsell.selection.rulebook import rulebook


@pytest.fixture
def ordered(shop, client):
    """An order of a camera that this session has placed."""
    order = make.OrderFactory(customer=None)
    make.OrderLineFactory(order=order, product=shop["camera"])
    session = client.session
    session["order_refs"] = [str(order.pk)]
    session.save()
    return order


def test_what_is_offered_after_an_order_goes_with_what_was_bought(shop, ask, ordered, take):
    shop.offer("strap", {"has_product": "camera"}, kind="post_purchase")
    shop.offer("case", {"has_product": "tripod"}, kind="post_purchase")
    (offer,) = ask("post-purchase", order=ordered.pk).json()["suggestions"]
    assert (offer["product"]["title"], offer["offer"]["kind"]) == ("strap", "post_purchase")
    assert take(offer["token"]).status_code == 200


def test_any_placement_may_be_around_an_order(shop, ask, ordered, titles):
    shop.relate("camera", "strap", "case")
    assert titles(ask("thank-you", order=ordered.pk)) == ["strap", "case"]


@pytest.mark.parametrize("whose", ["a stranger's", "nobody's", "no order's", "too long"])
def test_an_order_that_is_not_the_shopper_s_is_as_one_that_is_not_there(shop, ask, ordered, whose):
    theirs = make.OrderFactory()
    make.OrderLineFactory(order=theirs, product=shop["camera"])
    ref = {"a stranger's": theirs.pk, "nobody's": 10**9, "no order's": "x", "too long": "9" * 99}
    answer = ask("post-purchase", order=ref[whose])
    assert (answer.status_code, answer.json()) == (
        404,
        {"detail": f"There is no order {ref[whose]} of yours."},
    )


@pytest.mark.parametrize(
    "asked", [{"order": ""}, {"order": "\x00"}, {"order": "1", "product": "1"}]
)
def test_what_cannot_be_an_order_is_refused_by_name(shop, ask, ordered, asked):
    answer = ask("post-purchase", **asked)
    assert (answer.status_code, list(answer.json())) == (400, ["order"])


TAGS = {
    "add-ons": "{% add_ons product %}",
    "add-to-cart": "{% xsell_popup %}",
    "checkout-bump": "{% bump_offers %}",
    "post-purchase": "{% post_purchase_offers order %}",
}


@pytest.mark.parametrize("slug", TAGS)
def test_it_costs_as_many_queries_as_the_tag(shop, ask, client, rf, hold, ordered, slug):
    """The same shopper, cart and page, once as HTML and once as JSON."""
    shop.ladder("camera", "better camera")
    for kind in ("add_on", "bump", "post_purchase"):
        shop.offer("strap", {"has_product": "camera"}, kind=kind)
    if slug != "add-ons":
        hold("camera")
    session = client.session
    session["xsell_visit"] = "a visit"
    session["xsell_added"] = [shop["camera"].pk, timezone.now().isoformat()]
    session.save()
    request = rf.get("/")
    request.session, request.user = client.session, AnonymousUser()
    asked = {"post-purchase": {"order": ordered.pk}, "checkout-bump": {}}
    rulebook()
    with CaptureQueriesContext(connection) as of_tag:
        template = engines["django"].from_string("{% load xsell %}" + TAGS[slug])
        html = template.render({"product": shop["camera"].pk, "order": ordered.pk}, request)
    with CaptureQueriesContext(connection) as of_api:
        answer = ask(slug, **asked.get(slug, {"product": shop["camera"].pk}))
    (shown,) = answer.json()["suggestions"]
    assert shown["product"]["title"] in html
    costs = [
        reads_and_writes(it for it in queries if "django_session" not in it["sql"])
        for queries in (of_tag, of_api)
    ]
    assert costs[0] == costs[1]
    assert costs[1][1] == 0
