"""A merchandiser makes a segment in Chromium: estimates it, saves it, asks who is in and why."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import factories as make
from tests.shopfloor import ShopFloor
from xsell.models import Segment
from xsell.services.segments import count_segments

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/admin/xsell/segment/"
OURS = {"exclude": [[".inline-group"], ["#changelist-search"], [".breadcrumbs"]]}
"""Django's own rows and search box miss labels; those of ours are tested in tests/admin."""


@pytest.fixture
def complaints(page):
    """What the browser says in its console: CSP reports, errors, missing files."""
    heard = []
    page.on("console", lambda it: heard.append(it.text) if it.type == "error" else None)
    return heard


@pytest.fixture
def customers(transactional_db):
    shop = ShopFloor()
    found = make.UserFactory.create_batch(12)
    for number, customer in enumerate(found):
        for days_ago in range(number % 4 + 1):
            shop.ordered(customer, "camera", days_ago=30 * days_ago)
    shop.segment("Photographers", {"bought_product": "camera", "orders_at_least": 2})
    return found


@pytest.fixture
def at_the_desk(page, live_server, customers):
    make.UserFactory(username="mara", is_staff=True, is_superuser=True)
    page.goto(f"{live_server.url}/admin/login/?next={LIST}add/")
    page.get_by_label("Username").fill("mara")
    page.get_by_label("Password").fill("secret")
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("button", name="Estimate its size")).to_be_visible()
    return page


def test_a_segment_is_estimated_saved_and_asked_about(at_the_desk, live_server, complaints):
    page = at_the_desk
    page.get_by_label("Name:").fill("Regulars")
    page.get_by_text("Add another Segment rule").click()
    row = page.locator("#rules-0")
    row.get_by_label("The shopper").select_option("orders_at_least")
    row.get_by_label("Amount or number").fill("3")
    page.get_by_role("button", name="Estimate its size").click()
    expect(page.get_by_text("6 of 12 customers who ordered lately are in it.")).to_be_visible()
    assert not Segment.objects.filter(name="Regulars").exists()
    assert page.locator("#rules-0").get_by_label("Amount or number").input_value() == "3"
    # What the return key presses is still to save.
    page.get_by_label("Name:").press("Enter")
    expect(page.get_by_role("row", name="Regulars")).to_contain_text("3 or more")
    count_segments()
    page.locator("#result_list").get_by_role("link", name="Regulars").click()
    expect(page.get_by_text("6 of 12 (50.0%)")).to_be_visible()
    page.get_by_role("link", name="Who is in it, and why").click()
    page.get_by_label("Customer's id").fill("0")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("heading", name="Customer 0 is not in it.")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_screens_of_segments_have_no_accessibility_violation(
    at_the_desk, live_server, customers, complaints, width
):
    count_segments()
    segment = Segment.objects.get()
    page = at_the_desk
    page.set_viewport_size({"width": width, "height": 900})
    why = f"{LIST}{segment.pk}/why/?customer={customers[1].pk}"
    for name, address in (
        ("list", LIST),
        ("change", f"{LIST}{segment.pk}/change/"),
        ("why", why),
        ("members", f"/admin/xsell/segmentmember/?segment__id__exact={segment.pk}"),
    ):
        page.goto(live_server.url + address)
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        assert complaints == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        violations = Axe().run(page, context=OURS).response["violations"]
        assert (name, [it["id"] for it in violations]) == (name, [])
        complaints.clear()  # axe itself writes a style
