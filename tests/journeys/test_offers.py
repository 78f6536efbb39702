"""A customer meets every kind of offer, says yes and no, and pays what was promised."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from demo_shop.models import CartLine, Order
from tests.journeys.screens import Screen
from xsell.models import Placement

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = {"telephone": 390, "desk": 1280}
TAXED = Decimal("0.07")


@pytest.fixture(
    params=[(390, True), (1280, True), (390, False)],
    ids=["telephone", "desk", "telephone without scripts"],
)
def browser_context_args(browser_context_args, request):
    width, has_scripts = request.param
    size = {"width": width, "height": 844}
    return {**browser_context_args, "java_script_enabled": has_scripts, "viewport": size}


@pytest.fixture
def screen(page, live_server, browser_context_args):
    has_scripts = browser_context_args["java_script_enabled"]
    return Screen(page, live_server.url, has_scripts, browser_context_args["viewport"]["width"])


def percent(share):
    return {"benefit": "percent", "saving_percent": Decimal(share)}


@pytest.fixture
def coffee(shop):
    """Whoever takes coffee is offered more of it, a dollar cheaper."""
    shop.stock("Coffee", price=Decimal("8.00"))
    shop.stock("Much Coffee", price=Decimal("12.00"))
    return shop.offer(
        "Much Coffee",
        kind="upsell",
        replaced_product="Coffee",
        placement=Placement.objects.get(slug="add-to-cart"),
        headline="Twice as much",
        benefit="amount",
        benefit_amount=Decimal(1),
        benefit_currency="USD",
    )


@pytest.fixture
def camera(shop):
    """On two rungs; a strap is included, a case can be had, and a film before paying."""
    shop.stock("Camera", price=Decimal("100.00"), tax_rate=TAXED)
    shop.stock("Better Camera", price=Decimal("130.00"), tax_rate=TAXED)
    shop.stock("Strap", price=Decimal("5.00"), unit_cost=Decimal("3.50"), tax_rate=TAXED)
    shop.stock("Case", price=Decimal("20.00"), tax_rate=TAXED)
    shop.stock("Film", price=Decimal("9.00"), tax_rate=TAXED)
    shop.ladder("Camera", "Better Camera", recommended="Better Camera")
    with_camera = ({"has_product": "Camera"}, {"has_product": "Better Camera"})
    own = {"kind": "add_on"}
    included = {"fewest_units": 1, "included_units": 1}
    shop.offer("Strap", *with_camera, headline="Round the neck", **own, **included)
    shop.offer("Case", *with_camera, headline="In good hands", most_units=2, **own, **percent(10))
    shop.offer("Film", *with_camera, headline="Load it", **percent(50))
    return shop


@pytest.fixture
def tea(shop):
    """More tea; after a no less of it; after a yes something to go with it."""
    prices = {"Tea": "4.00", "Much Tea": "6.00", "Little Tea": "3.00", "Honey": "5.00"}
    for name, price in prices.items():
        shop.stock(name, price=Decimal(price))
    honey = shop.offer("Honey", kind="cross_sell", headline="Sweeten it", **percent(20))
    less = shop.offer(
        "Little Tea",
        kind="downsell",
        replaced_product="Tea",
        headline="Or only a little?",
        next_if_accepted=honey,
    )
    return shop.offer(
        "Much Tea",
        kind="upsell",
        replaced_product="Tea",
        placement=Placement.objects.get(slug="cart-upgrade"),
        headline="Enough for all",
        next_if_accepted=honey,
        next_if_declined=less,
    )


@pytest.fixture
def paper(shop):
    """After the order: much paper, or one roll after a no."""
    shop.stock("Paper", price=Decimal("10.00"))
    shop.stock("Roll", price=Decimal("1.00"))
    roll = shop.offer("Roll", kind="downsell", headline="Only one?")
    return shop.offer(
        "Paper", kind="post_purchase", headline="For later", next_if_declined=roll, **percent(15)
    )


def held():
    return dict(CartLine.objects.values_list("product__title", "quantity"))


def no_popup(screen):
    expect(screen.page.locator("dialog")).to_have_count(0)


def test_everything_is_met_and_the_order_costs_what_was_promised(
    shop, coffee, camera, tea, paper, screen
):
    page = screen.page
    screen.logs_in()
    screen.puts(shop["Coffee"])
    popup = page.get_by_role("dialog", name="Before you go on")
    expect(popup).to_contain_text("only $3.00 more ($11.00)")
    screen.is_clean()
    screen.clicks("Take this one instead", popup)
    expect(page.get_by_role("button", name="Undo: Much Coffee")).to_have_count(0)
    no_popup(screen)
    assert held() == {"Much Coffee": 1}

    screen.puts(shop["Tea"])
    no_popup(screen)  # one in a session
    screen.opens("/cart/")
    expect(page.get_by_role("progressbar", name="$20.00 to free shipping")).to_be_visible()
    step = screen.place("cart-upgrade")
    expect(step).to_contain_text("only $2.00 more")
    screen.is_clean()
    screen.clicks("No, thanks", step)
    expect(step).to_contain_text("$1.00 less")
    expect(step.get_by_role("button", name="No more offers")).to_be_visible()
    screen.clicks("Take this one instead", step)
    expect(step).to_contain_text("Sweeten it")
    screen.is_clean()
    screen.clicks("Add to cart: Honey", step)
    expect(step).to_have_count(0)
    assert held() == {"Much Coffee": 1, "Little Tea": 1, "Honey": 1}

    screen.opens(shop["Camera"].get_absolute_url())
    expect(page.get_by_text("Included: Strap")).to_be_visible()
    tick = page.get_by_role("checkbox", name="In good hands: Case")
    expect(tick).not_to_be_checked()
    tick.check()
    screen.is_clean()
    screen.clicks("Add to cart with what is ticked")
    expect(page.get_by_text("2 products are in your cart.")).to_be_visible()
    screen.clicks("Take this one instead", screen.place("upgrade"))
    expect(page.get_by_role("button", name="Undo: Better Camera")).to_be_visible()

    screen.opens("/checkout/")
    expect(page.get_by_role("heading", name="Your order ships free")).to_be_visible()
    bump = page.get_by_role("checkbox", name=re.compile(r"Yes, add Film for \$4.50"))
    expect(bump).not_to_be_checked()
    screen.is_clean()
    bump.click()
    if not screen.has_scripts:
        screen.clicks("Add to order")
    figures = {
        # 12.00 + 3.00 + 5.00 + 130.00 + 5.00 + 20.00 + 9.00
        "Goods": "$184.00",
        "Twice as much": "−$1.00",
        "Sweeten it": "−$1.00",
        "Round the neck": "−$5.00",
        "In good hands": "−$2.00",
        "Load it": "−$4.50",
        # Of 130.00, 18.00 and 4.50: 9.10 + 1.26 + 0.32
        "Tax, 7% of $152.50": "$10.68",
        "Delivery": "Free",
        "Total": "$181.18",
    }
    screen.reads(figures)
    screen.orders()
    expect(page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    later = screen.place("post-purchase")
    expect(later).to_contain_text("$8.50")
    screen.is_clean()
    screen.clicks("No, thanks", later)
    expect(later).to_contain_text("Only one?")
    screen.clicks("Add to cart: Roll", later)
    expect(later).to_have_count(0)
    assert held() == {"Roll": 1}
    lines = {
        "Much Coffee": "−$1.00 Twice as much",
        "Little Tea": "$3.00",
        "Honey": "−$1.00 Sweeten it",
        "Better Camera": "$130.00",
        "Strap": "−$5.00 Round the neck",
        "Case": "−$2.00 In good hands",
        "Film": "−$4.50 Load it",
    }
    screen.reads_order(lines, figures)
    screen.is_clean()
    assert Order.objects.get().total == Decimal("181.18")


def test_a_pop_up_is_closed_and_does_not_come_back(shop, coffee, screen):
    page = screen.page
    screen.puts(shop["Coffee"])
    popup = page.get_by_role("dialog", name="Before you go on")
    expect(popup).to_be_visible()
    if not screen.has_scripts:
        # Nobody hears of a closed one there: only an answer ends it, or the next thing to do.
        screen.clicks("Close", popup)
        expect(popup).to_be_hidden()
        screen.opens("/")
        screen.clicks("No, thanks", popup)
        no_popup(screen)
        return
    expect(popup.get_by_role("heading")).to_be_focused()
    with page.expect_response("**/xsell/seen/") as answer:
        page.keyboard.press("Escape")
    assert answer.value.status == 204
    expect(popup).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('dialog') === null")
    screen.opens("/")
    no_popup(screen)
    assert held() == {"Coffee": 1}


@pytest.mark.parametrize("way", ["Tab", "Shift+Tab"])
def test_the_keyboard_reaches_every_answer_of_a_pop_up(shop, coffee, screen, way):
    if not screen.has_scripts:
        pytest.skip("it stands in the page, whose order is the keyboard's")
    page = screen.page
    screen.puts(shop["Coffee"])
    expect(page.get_by_role("dialog", name="Before you go on")).to_be_visible()
    reached = set()
    for _ in range(8):
        page.keyboard.press(way)
        reached.add(page.evaluate("document.activeElement.innerText.split(':')[0]"))
    assert reached >= {"Take this one instead", "No, thanks", "Close", "Much Coffee"}


def test_what_came_by_a_pop_up_is_taken_back(shop, coffee, screen):
    screen.logs_in()
    screen.puts(shop["Coffee"])
    screen.clicks("Take this one instead", screen.page.get_by_role("dialog"))
    screen.opens("/cart/")
    screen.reads(
        {"Goods": "$12.00", "Twice as much": "−$1.00", "Delivery": "$4.90", "Total": "$15.90"}
    )
    screen.clicks("Undo")
    former = {"Goods": "$8.00", "Delivery": "$4.90", "Total": "$12.90"}
    screen.reads(former)
    no_popup(screen)
    screen.is_clean()
    screen.opens("/checkout/")
    screen.orders()
    screen.reads_order({"Coffee": "$8.00"}, {k: v for k, v in former.items() if k != "Goods"})


def test_an_add_on_leaves_with_its_product(shop, camera, screen):
    page = screen.page
    screen.opens(shop["Camera"].get_absolute_url())
    page.get_by_role("checkbox", name="In good hands: Case").check()
    screen.clicks("Add to cart with what is ticked")
    expect(page.get_by_text("included in the price: Strap.")).to_be_visible()
    screen.opens("/cart/")
    assert held() == {"Camera": 1, "Strap": 1, "Case": 1}
    page.get_by_role("button", name="Remove Camera").click()
    for title in ("Strap", "Case"):
        expect(page.get_by_text(f"{title} has left your cart")).to_be_visible()
    expect(page.get_by_text("There is nothing in it yet.")).to_be_visible()
    screen.is_clean()


def test_a_bump_leaves_with_what_it_goes_with_and_a_no_is_kept(shop, camera, screen):
    page = screen.page
    shop.stock("Sweets", price=Decimal("1.00"))
    ends_at = timezone.now() + timedelta(hours=3)
    shop.offer("Sweets", headline="For the way", ends_at=ends_at, shows_end=True)
    screen.puts(shop["Camera"])
    screen.opens("/checkout/")
    bumps = screen.place("checkout-bump")
    expect(bumps.get_by_role("checkbox")).to_have_count(2)
    ends = bumps.locator("[data-xsell-ends]")
    if screen.has_scripts:
        expect(ends).to_have_attribute("data-xsell-left", re.compile(r"0[23]:\d\d:\d\d"))
    screen.is_clean()
    bumps.get_by_role("button", name="No, thanks: Sweets").click()
    for path in ("/checkout/", "/cart/", "/checkout/"):
        screen.opens(path)
        expect(page.get_by_text("For the way")).to_have_count(0)
    bumps.get_by_role("checkbox").click()
    if not screen.has_scripts:
        screen.clicks("Add to order")
    expect(page.locator(".summary")).to_contain_text("Load it")
    screen.opens("/cart/")
    page.get_by_role("button", name="Remove Camera").click()
    expect(page.get_by_text("Film has left your cart")).to_be_visible()
    assert held() == {}


def test_who_wants_no_more_offers_sees_none(shop, tea, camera, paper, screen):
    screen.logs_in()
    screen.puts(shop["Tea"])
    screen.puts(shop["Camera"])
    screen.opens("/cart/")
    screen.clicks("No, thanks", screen.place("cart-upgrade"))
    screen.clicks("No more offers", screen.place("cart-upgrade"))
    for path in ("/cart/", "/checkout/"):
        screen.opens(path)
        expect(screen.page.get_by_role("button", name="No, thanks")).to_have_count(0)
    screen.orders()
    expect(screen.page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    expect(screen.place("post-purchase")).to_have_count(0)
