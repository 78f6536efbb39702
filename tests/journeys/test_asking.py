"""A merchandiser asks for new relations in Chromium: by keyboard, with scripts and without."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import factories as make
from tests.admin.accounts import a_full_run
from xsell.models import MiningRun

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/admin/xsell/miningrun/"


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
    expect(page.get_by_role("button", name="Recompute now")).to_be_visible()
    return page


@pytest.mark.parametrize(
    "browser_context_args",
    [{"java_script_enabled": True}, {"java_script_enabled": False}],
    ids=["with scripts", "without scripts"],
)
def test_new_relations_are_asked_for_by_keyboard(at_the_desk, complaints):
    at_the_desk.get_by_role("button", name="Recompute now").focus()
    at_the_desk.keyboard.press("Enter")
    expect(at_the_desk.get_by_text("New relations are asked for.")).to_be_visible()
    expect(at_the_desk.get_by_role("row", name="Requested by mara, waits")).to_be_visible()
    assert MiningRun.objects.get().status == MiningRun.Status.REQUESTED
    assert [it for it in complaints if "Security" in it] == []


@pytest.mark.parametrize("width", [1280, 390])
def test_lists_and_accounts_of_runs_have_no_accessibility_violation(
    at_the_desk, live_server, complaints, width
):
    full = a_full_run()
    at_the_desk.set_viewport_size({"width": width, "height": 900})
    for address in (LIST, f"{LIST}{full.pk}/change/"):
        at_the_desk.goto(live_server.url + address)
        for summary in at_the_desk.locator(".form-row summary").all():
            summary.click()
        assert [it for it in complaints if "Security" in it] == []
        assert at_the_desk.evaluate("document.documentElement.scrollWidth") == width
        assert Axe().run(at_the_desk).response["violations"] == []
        complaints.clear()  # axe itself writes a style
