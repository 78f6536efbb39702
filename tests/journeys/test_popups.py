"""The pop-up on putting something into the cart: by keyboard, with scripts and without."""

import pytest
from playwright.sync_api import expect

from tests.journeys.screens import held

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(
    params=[(390, True), (1280, True), (390, False)],
    ids=["telephone", "desk", "telephone without scripts"],
)
def browser_context_args(browser_context_args, request):
    width, has_scripts = request.param
    size = {"width": width, "height": 844}
    return {**browser_context_args, "java_script_enabled": has_scripts, "viewport": size}


def is_about_seen(response):
    return response.url.endswith("/xsell/seen/")


def test_a_pop_up_is_closed_and_does_not_come_back(shop, coffee, screen):
    page = screen.page
    told: list[int] = []
    page.on("response", lambda it: told.append(it.status) if is_about_seen(it) else None)
    screen.puts(shop["Coffee"])
    popup = page.get_by_role("dialog", name="Before you go on")
    expect(popup).to_be_visible()
    if not screen.has_scripts:
        # Nobody hears of a closed one there: only an answer ends it, or the next thing to do.
        screen.clicks("Close", within=popup)
        expect(popup).to_be_hidden()
        screen.opens("/")
        screen.clicks("No, thanks", within=popup)
        screen.has_no_popup()
        return
    in_front = page.locator("dialog:modal")
    expect(in_front.get_by_role("heading")).to_be_focused()
    page.keyboard.press("Escape")
    expect(popup).to_be_hidden()
    # Told when it is closed, or already when it was in view for long enough.
    if not told:
        page.wait_for_event("response", is_about_seen)
    assert set(told) == {204}
    assert page.evaluate("document.activeElement.closest('dialog') === null")
    screen.opens("/")
    screen.has_no_popup()
    assert held() == {"Coffee": 1}


@pytest.mark.parametrize("browser_context_args", [(390, True), (1280, True)], indirect=True)
@pytest.mark.parametrize("way", ["Tab", "Shift+Tab"])
def test_the_keyboard_reaches_every_answer_of_a_pop_up(shop, coffee, screen, way):
    page = screen.page
    screen.puts(shop["Coffee"])
    expect(page.locator("dialog:modal")).to_be_visible()
    reached = set()
    for _ in range(8):
        page.keyboard.press(way)
        reached.add(page.evaluate("document.activeElement.innerText.split(':')[0].trim()"))
    assert reached >= {"Take this one instead", "No, thanks", "Close", "Much Coffee"}


def test_what_came_by_a_pop_up_is_taken_back(shop, coffee, screen):
    screen.logs_in()
    screen.puts(shop["Coffee"])
    screen.clicks("Take this one instead", within=screen.page.get_by_role("dialog"))
    screen.opens("/cart/")
    screen.reads(
        {"Goods": "$12.00", "Twice as much": "−$1.00", "Delivery": "$4.90", "Total": "$15.90"}
    )
    screen.clicks("Undo")
    former = {"Goods": "$8.00", "Delivery": "$4.90", "Total": "$12.90"}
    screen.reads(former)
    screen.has_no_popup()
    screen.is_clean()
    screen.opens("/checkout/")
    screen.orders()
    screen.reads_order({"Coffee": "$8.00"}, {k: v for k, v in former.items() if k != "Goods"})
