"""Suggestions in a mail: no request, no button, no tracking."""

import re
from html.parser import HTMLParser

import pytest
from django.template import engines

from demo_shop.models import Order
from tests.selection.regulars import Regular, bought_again

BASE = "https://larkfield.example"


def mail(tag, **context):
    source = "{% load xsell %}{% xsell_email " + tag + " %}"
    return engines["django"].from_string(source).render({"base": BASE, **context})


@pytest.fixture
def robin(shop):
    """Bought a camera lately, and coffee five weeks ago."""
    customer = Regular(shop)
    customer.bought("camera", days_ago=1)
    customer.bought("coffee & milk", days_ago=35)
    shop.bought_with("camera", "strap", "case")
    bought_again(shop, "coffee & milk", 35)
    shop.place("thank-you", max_per_category=None)
    shop.place("recommended", min_items=1)
    return customer


@pytest.fixture
def order(robin):
    return Order.objects.get(lines__product=robin.shop["camera"])


def links(html):
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.extend(
        value for name, value in attrs if name in {"href", "src"}
    )
    parser.feed(html)
    return found


def test_an_order_s_mail_suggests_what_goes_with_it(shop, order):
    html = mail('"thank-you" order_ref=order.pk base_url=base', order=order)
    assert re.findall("<strong>(.*?)</strong>", html) == ["strap", "case"]
    assert "For your next order" in html
    assert links(html)
    for link in links(html):
        assert link.startswith(f"{BASE}/")
        assert "?" not in link
    for forbidden in ("<form", "<script", "token", "style="):
        assert forbidden not in html


def test_a_customer_s_mail_says_why(shop, robin):
    html = mail('"recommended" customer=who base_url=base', who=robin.account)
    assert "coffee &amp; milk" in html
    assert "You last bought it 5 weeks ago" in html
    assert html == mail('"recommended" customer=who base_url=base', who=robin.customer_id)


def test_as_text_there_is_no_markup(shop, robin):
    text = mail('"recommended" customer=who base_url=base as_text=True', who=robin.account)
    url = f"{BASE}{shop['coffee & milk'].get_absolute_url()}"
    assert [line.strip() for line in text.splitlines() if line.strip()] == [
        "Recommended for you",
        "* coffee & milk, $2.50",
        url,
        "Time for more? You last bought it 5 weeks ago",
    ]


def test_offers_stay_out_of_mails(shop, order):
    shop.offer("tripod", kind="post_purchase", headline="Steady")
    shop.place("thank-you", sources=["offers", "mined"], offer_kind="post_purchase")
    html = mail('"thank-you" order_ref=order.pk base_url=base', order=order)
    assert "tripod" not in html
    assert "strap" in html


@pytest.mark.parametrize("order_ref", ["999999", ""])
def test_of_an_order_that_does_not_count_there_is_nothing(shop, robin, order_ref, settings):
    settings.XSELL_FAIL_LOUDLY = bool(order_ref)
    assert mail(f'"thank-you" order_ref="{order_ref}" base_url=base').strip() == ""


def test_without_the_shop_s_address_there_are_no_links(shop, robin):
    with pytest.raises(ValueError, match="base_url must be the shop's address"):
        mail('"recommended" customer=who', who=robin.account)
