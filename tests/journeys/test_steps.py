"""A step up, a no, a smaller one and the way back, on a telephone: with scripts and without."""

import re
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from demo_shop.models import CartLine
from tests import factories as make
from xsell.models import Tier

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTH = 390
PRICES = {"Small pack": "2.00", "Pack": "3.50", "Family pack": "5.00"}


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def browser_context_args(browser_context_args, request):
    size = {"width": WIDTH, "height": 844}
    return {**browser_context_args, "java_script_enabled": request.param, "viewport": size}


@pytest.fixture
def looks_well(page, browser_context_args):
    """It fits, and has no barriers."""

    def check():
        if browser_context_args["java_script_enabled"]:
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
            violations = Axe().run(page).response["violations"]
            assert [(it["id"], it["nodes"][0]["html"]) for it in violations] == []

    return check


@pytest.fixture
def packs(shop):
    for title, price in PRICES.items():
        shop.stock(title, price=Decimal(price))
    shop.ladder(*PRICES, offers_downsell=True)
    for title, weight in zip(PRICES, ("100 g", "250 g", "500 g"), strict=True):
        tier = Tier.objects.get(product=shop[title])
        make.TierBenefitFactory(tier=tier, feature="Weight", value=weight)
    return shop


def held():
    return dict(CartLine.objects.values_list("product__title", "quantity"))


def opens(page, live_server, path):
    page.goto(live_server.url + path)


def presses(page, what, title):
    """By keyboard; the title is for who does not see what the button belongs to."""
    button = page.get_by_role("button", name=re.compile(rf"{what}\s?: {title}"))
    button.focus()
    page.keyboard.press("Enter")


def test_a_step_up_is_taken_and_taken_back(packs, page, live_server, looks_well):
    product = packs["Pack"].get_absolute_url()
    opens(page, live_server, product)
    page.get_by_label("Quantity").fill("3")
    page.get_by_role("button", name="Add to cart", exact=True).click()
    expect(page.get_by_text("Weight: 500 g instead of 250 g")).to_be_visible()
    looks_well()
    presses(page, "Take this one instead", "Family pack")
    expect(
        page.get_by_text("Family pack is now in your cart in the place of Pack.")
    ).to_be_visible()
    assert held() == {"Family pack": 3}
    opens(page, live_server, "/cart/")
    expect(page.get_by_text("You took Family pack in the place of Pack.")).to_be_visible()
    looks_well()
    presses(page, "Undo", "Family pack")
    expect(page.get_by_text("Pack is in your cart again")).to_be_visible()
    assert held() == {"Pack": 3}
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_no_thanks_leads_to_a_smaller_one_and_then_to_nothing(packs, page, live_server, looks_well):
    opens(page, live_server, packs["Pack"].get_absolute_url())
    presses(page, "No, thanks", "Family pack")
    expect(page.get_by_role("heading", name="A smaller one will do?")).to_be_visible()
    expect(page.get_by_text("$1.50 less ($2.00)")).to_be_visible()
    looks_well()
    presses(page, "No, thanks", "Small pack")
    expect(page.get_by_role("button", name="No, thanks")).to_have_count(0)
    # The table describes the ladder still: it is no suggestion.
    current = page.get_by_role("columnheader", name="Pack", exact=False).nth(1)
    expect(current).to_have_attribute("aria-current", "true")
    assert held() == {}
