"""A shopper agrees to being remembered, looks around, logs in, and is recommended what fits."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.selection.regulars import Regular, bought_again, goes_on
from xsell.models import ProductView

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTH = 390


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def browser_context_args(browser_context_args, request):
    size = {"width": WIDTH, "height": 844}
    return {**browser_context_args, "java_script_enabled": request.param, "viewport": size}


@pytest.fixture
def has_scripts(browser_context_args):
    return browser_context_args["java_script_enabled"]


@pytest.fixture
def robin(shop):
    """Owns a kettle, is due for coffee, and has a password."""
    shop.place("recommended", min_items=1)
    shop.stock("Camera", "Strap", "Kettle", "Descaler", "Coffee")
    shop.bought_with("Camera", "Strap")
    goes_on(shop, "Kettle", "Descaler")
    bought_again(shop, "Coffee", 30)
    customer = Regular(shop)
    customer.account.username = "robin"
    customer.account.save()
    customer.bought("Kettle", "Coffee", days_ago=36)
    return customer


def agrees(page):
    page.get_by_role("button", name="Yes, remember it").click()
    expect(page.get_by_text("We remember what you look at, for suggestions.")).to_be_visible()


def looks_at(page, address, product):
    """Until the browser has said so."""
    with page.expect_response(lambda answer: answer.url.endswith("/xsell/seen/")) as answer:
        page.goto(address + product.get_absolute_url())
    assert answer.value.status == 204


def logs_in(page, address):
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("Username").fill("robin")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("main").get_by_role("button", name="Log in").click()


def recommended(page):
    return page.get_by_role("region", name="Recommended for you").locator(".xsell-card")


def test_a_guest_s_looks_become_the_customer_s(page, live_server, shop, robin, has_scripts):
    page.goto(live_server.url)
    agrees(page)
    if has_scripts:
        looks_at(page, live_server.url, shop["Camera"])
        page.goto(live_server.url)
        expect(recommended(page)).to_contain_text(["Because you viewed “Camera”"])
    logs_in(page, live_server.url)
    cards = recommended(page)
    told = [
        "Time for more? You last bought it 5 weeks ago",
        "Bought by 1 in 5 within 3 months after your “Kettle”",
    ]
    if has_scripts:
        told.append("Because you viewed “Camera”")
    for words in told:
        expect(cards.filter(has_text=words)).to_have_count(1)
    if has_scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
        violations = Axe().run(page).response["violations"]
        assert [(it["id"], it["nodes"][0]["html"]) for it in violations] == []
        assert ProductView.objects.get().customer_id == robin.customer_id


def test_who_changes_their_mind_is_forgotten(page, live_server, shop, has_scripts):
    shop.bought_with("Camera", "Strap")
    page.goto(live_server.url)
    agrees(page)
    if has_scripts:
        looks_at(page, live_server.url, shop["Camera"])
    page.goto(live_server.url)
    page.get_by_role("button", name="Stop, and forget it").click()
    expect(page.get_by_text("We have forgotten what you looked at.")).to_be_visible()
    assert not ProductView.objects.exists()
    page.goto(live_server.url + shop["Camera"].get_absolute_url())
    assert page.locator("[data-xsell-seen]").count() == 0


def test_who_does_not_agree_is_not_followed(page, live_server, shop):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(live_server.url + shop["Camera"].get_absolute_url())
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "seen" in url]
