"""A merchandiser makes offers in Chromium: what a condition asks for, with scripts and without."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories as make
from xsell.models import Encounter, Offer, OfferCondition

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/admin/xsell/offer/"
# Django's own: pickers without a name while they are empty, dates, a picture as a label.
OURS = {"exclude": [[".select2"], [".vDateField"], [".vTimeField"]]}
OPTIONS = {"rules": {"label-title-only": {"enabled": False}}}


@pytest.fixture
def complaints(page):
    """What the browser says in its console: CSP reports, errors, missing files."""
    heard = []
    page.on("console", lambda it: heard.append(it.text) if it.type == "error" else None)
    return heard


@pytest.fixture
def at_the_desk(page, live_server):
    make.UserFactory(username="mara", is_staff=True, is_superuser=True)
    page.goto(f"{live_server.url}/admin/login/?next={LIST}")
    page.get_by_label("Username").fill("mara")
    page.get_by_label("Password").fill("secret")
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("link", name="Add offer")).to_be_visible()
    return page


@pytest.fixture
def offers(shop):
    """A sequence, with conditions of many kinds."""
    make.CategoryFactory(name="Lenses")
    segment = shop.segment("Regulars", {"orders_at_least": 2})
    small = shop.offer("small strap", kind="downsell", name="Smaller strap after a no")
    first = shop.offer(
        "strap",
        {"has_product": "camera", "total_at_least": 25, "weekdays": "6,7", "in_segment": segment},
        {"any_product": f"{shop['lens'].pk},{shop['case'].pk}", "not hours": "22:00-06:00"},
        {"shopper_is": ("customer_group", "trade"), "stock_at_least": ("camera", 3)},
        name="Strap before paying",
        benefit="percent",
        saving_percent=10,
        ends_at=timezone.now() + timedelta(days=9),
        shows_end=True,
        next_if_declined=small,
    )
    shop.offer("case", kind="cross_sell", state="paused", name="Case beside it")
    Encounter.objects.create(source=f"offer:{first.pk}", visit="v", n_seen=3)
    return first


def test_a_condition_shows_what_its_kind_asks_for_and_empties_the_rest(
    at_the_desk, live_server, shop
):
    offer = shop.offer("strap", {"total_at_least": 25})
    page = at_the_desk
    page.goto(f"{live_server.url}{LIST}{offer.pk}/change/")
    amount, value = page.locator("#id_conditions-0-amount"), page.locator("#id_conditions-0-value")
    expect(amount).to_be_visible()
    expect(value).to_be_hidden()
    page.locator("#id_conditions-0-kind").select_option("weekdays")
    expect(value).to_be_visible()
    expect(value).to_have_attribute("placeholder", "1,2,5")
    expect(amount).to_be_hidden()
    value.fill("6,7")
    page.get_by_role("button", name="Add another Offer condition").click()
    page.locator("#id_conditions-1-kind").select_option("is_customer")
    expect(page.locator("#id_conditions-1-value")).to_be_hidden()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    found = OfferCondition.objects.order_by("pk").values_list("kind", "amount", "value")
    assert list(found) == [("weekdays", None, "6,7"), ("is_customer", None, "")]


@pytest.mark.parametrize("browser_context_args", [{"java_script_enabled": False}])
def test_without_scripts_a_condition_shows_every_column(at_the_desk, live_server, shop):
    offer = shop.offer("strap", {"total_at_least": 25})
    at_the_desk.goto(f"{live_server.url}{LIST}{offer.pk}/change/")
    for column in ("amount", "fact", "value"):
        expect(at_the_desk.locator(f"#id_conditions-0-{column}")).to_be_visible()


def test_what_is_wrong_stays_in_sight(at_the_desk, live_server, shop):
    offer = shop.offer("strap", {"weekdays": "1"})
    page = at_the_desk
    page.goto(f"{live_server.url}{LIST}{offer.pk}/change/")
    page.locator("#id_conditions-0-value").fill("8")
    page.get_by_role("button", name="Save", exact=True).click()
    wrong = page.locator("td.field-value .errorlist").first
    expect(wrong).to_have_text("Give weekdays from 1 (Monday) to 7, as in 1,2,5.")


def test_offers_are_made_live_by_keyboard(at_the_desk, offers):
    page = at_the_desk
    page.reload()
    page.get_by_role("row", name="Case beside it").get_by_role("checkbox").press("Space")
    page.get_by_label("Action:").select_option("make_live")
    # Django 6.1 calls it "Run".
    page.get_by_role("button", name=re.compile("^(Go|Run)$")).press("Enter")
    expect(page.get_by_text("1 offer was changed to: Live.")).to_be_visible()
    assert Offer.objects.get(name="Case beside it").state == "live"


@pytest.mark.parametrize("width", [1280, 390])
def test_list_and_form_have_no_accessibility_violation(
    at_the_desk, live_server, complaints, offers, width
):
    page = at_the_desk
    page.set_viewport_size({"width": width, "height": 900})
    for address in (LIST, f"{LIST}{offers.pk}/change/", "/admin/xsell/attentionbudget/"):
        page.goto(live_server.url + address)
        for summary in page.locator(".xsell-legend summary").all():
            summary.click()
        assert [it for it in complaints if "Security" in it] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        found = Axe().run(page, context=OURS, options=OPTIONS).response["violations"]
        assert [(it["id"], [node["html"] for node in it["nodes"]]) for it in found] == []
        complaints.clear()  # axe itself writes a style
