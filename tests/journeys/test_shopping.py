"""A shopper clicks through the demo shop in Chromium, with scripts and without."""

import re
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from demo_shop.models import CartLine, Order
from tests import factories as make
from xsell.models import Tier

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = {"desk": 1280, "telephone": 390}


@pytest.fixture
def stocked(shop):
    """A camera with company: pairs, a ladder, a bundle and a bump. (Pop-ups: see test_offers.)"""
    shop.place("add-to-cart", is_live=False)
    prices = {"Camera": "100.00", "Strap": "19.90", "Case": "25.10", "Film": "9.00"}
    for name, price in prices.items():
        shop.stock(name, price=Decimal(price))
    shop.stock("Better Camera", price=Decimal("130.00"))
    shop.bought_with("Camera", "Strap", "Case")
    shop.bought_with("Better Camera", "Strap", "Case")
    shop.best_sellers("Film", "Camera", "Strap")
    shop.ladder("Camera", "Better Camera", recommended="Better Camera")
    better = Tier.objects.get(product=shop["Better Camera"])
    better.headline = "Sharp at night"
    better.save()
    make.TierBenefitFactory(tier=better, feature="Night mode")
    shop.bundle(10, {"Camera": 1, "Case": 1}, name="Ready to travel")
    shop.offer(
        "Film", {"total_at_least": 5}, headline="Load it before you leave", text="36 pictures."
    )
    return shop


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def browser_context_args(browser_context_args, request):
    return {**browser_context_args, "java_script_enabled": request.param}


@pytest.fixture
def has_scripts(browser_context_args):
    return browser_context_args["java_script_enabled"]


@pytest.fixture
def complaints(page):
    """What the browser says in its console: CSP reports, errors, missing files."""
    heard = []
    page.on("console", lambda it: heard.append(it.text) if it.type == "error" else None)
    page.on("pageerror", lambda it: heard.append(str(it)))
    return heard


def held():
    return dict(CartLine.objects.values_list("product__title", "quantity"))


def test_from_the_product_page_to_the_thank_you_page(
    stocked, page, live_server, has_scripts, complaints
):
    page.goto(live_server.url + stocked["Camera"].get_absolute_url())
    expect(page.get_by_role("heading", name="Frequently bought together")).to_be_visible()
    page.get_by_role("button", name="Add all 3 to cart").click()
    expect(page.get_by_text("3 products are in your cart.")).to_be_visible()
    assert held() == {"Camera": 1, "Strap": 1, "Case": 1}

    page.goto(live_server.url + "/cart/")
    expect(page.locator(".summary")).to_contain_text("Ready to travel")
    # 100.00 + 19.90 + 25.10, less 10% of camera and case.
    expect(page.locator(".total")).to_contain_text("132.49")

    page.get_by_role("link", name="Check out").click()
    # Until its script has come, a tick waits for the button beside it.
    page.wait_for_url("**/checkout/", wait_until="load")
    tick = page.get_by_role("checkbox", name=re.compile("Yes, add Film"))
    expect(tick).not_to_be_checked()
    # Not check(): with scripts the tick sends its form, and may be gone before it is looked at.
    tick.click()
    if not has_scripts:
        page.get_by_role("button", name=re.compile("Add to order")).click()
    expect(page.locator(".summary")).to_contain_text("1 × Film")
    expect(page.locator(".total")).to_contain_text("141.49")
    expect(page.get_by_role("checkbox")).to_have_count(0)

    for label, text in {
        "Full name": "Ada Shopper",
        "E-mail": "ada@example.com",
        "Street and number": "1 Market Square",
        "Town": "Bath",
        "Postcode": "BA1 1AA",
    }.items():
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    order = Order.objects.get()
    assert order.total == Decimal("141.49")
    assert sorted(order.lines.values_list("title", flat=True)) == [
        "Camera",
        "Case",
        "Film",
        "Strap",
    ]
    assert complaints == []


def test_an_upgrade_takes_the_place_of_what_is_in_the_cart(stocked, page, live_server, complaints):
    page.goto(live_server.url + stocked["Camera"].get_absolute_url())
    page.get_by_role("button", name="Add to cart", exact=True).click()
    page.goto(live_server.url + stocked["Camera"].get_absolute_url())
    step = page.locator(".xsell-step")
    expect(step).to_contain_text("Sharp at night")
    expect(step).to_contain_text("only $30.00 more")
    step.get_by_role("button", name=re.compile("Take this one instead")).click()
    page.wait_for_load_state()
    assert held() == {"Better Camera": 1}
    assert complaints == []


def test_a_bundle_is_bought_at_one_click_at_its_own_price(stocked, page, live_server):
    page.goto(live_server.url + stocked["Case"].get_absolute_url())
    expect(page.locator(".xsell-bundle")).to_contain_text("separately $125.10, you save $12.51")
    page.get_by_role("button", name="Add the bundle").click()
    page.goto(live_server.url + "/cart/")
    expect(page.locator(".total")).to_contain_text("112.59")


def addresses(stocked):
    return [stocked["Camera"].get_absolute_url(), "/cart/", "/checkout/"]


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_the_pages_fit_and_have_no_barriers(
    stocked, page, live_server, width, has_scripts, complaints
):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url + stocked["Camera"].get_absolute_url())
    page.get_by_role("button", name="Add to cart", exact=True).click()
    for address in addresses(stocked):
        page.goto(live_server.url + address)
        expect(page.locator(".xsell-placement").first).to_be_visible()
        if has_scripts:
            for direction in ("ltr", "rtl"):
                wide = page.evaluate(
                    "dir => (document.dir = dir, document.documentElement.scrollWidth)", direction
                )
                assert wide <= width, f"{address} is {wide} px wide, {direction}"
            violations = Axe().run(page).response["violations"]
            assert [(it["id"], it["nodes"][0]["html"]) for it in violations] == [], address
    assert complaints == []


def test_everything_is_reached_with_the_keyboard(stocked, page, live_server):
    page.goto(live_server.url + stocked["Camera"].get_absolute_url())
    button = page.get_by_role("button", name="Add all 3 to cart")
    for _ in range(80):
        page.keyboard.press("Tab")
        if button.evaluate("it => it === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 products are in your cart.")).to_be_visible()
