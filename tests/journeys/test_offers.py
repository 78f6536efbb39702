"""A customer meets every kind of offer, says yes and no, and pays what was promised."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from demo_shop.models import Order
from tests import factories as make
from tests.journeys.screens import held
from xsell.models import Placement

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TAXED = Decimal("0.07")


@pytest.fixture(
    params=[(390, True), (1280, True), (390, False)],
    ids=["telephone", "desk", "telephone without scripts"],
)
def browser_context_args(browser_context_args, request):
    width, has_scripts = request.param
    size = {"width": width, "height": 844}
    return {**browser_context_args, "java_script_enabled": has_scripts, "viewport": size}


def percent(share):
    return {"benefit": "percent", "saving_percent": Decimal(share)}


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


@pytest.fixture
def quiet(shop):
    """Nothing comes up when something is put into the cart."""
    shop.place("add-to-cart", is_live=False)


def takes_more_coffee(shop, screen):
    """In the pop-up, of which there is one in a session."""
    screen.puts(shop["Coffee"])
    popup = screen.page.get_by_role("dialog", name="Before you go on")
    expect(popup).to_contain_text("only $3.00 more ($11.00)")
    screen.is_clean()
    screen.clicks("Take this one instead", within=popup)
    expect(screen.button("Undo", "Much Coffee")).to_be_visible()
    screen.has_no_popup()
    assert held() == {"Much Coffee": 1}
    screen.puts(shop["Tea"])
    screen.has_no_popup()


def takes_less_tea_and_honey(screen):
    """In the cart: no to more, yes to less, yes to what follows."""
    screen.opens("/cart/")
    gap = screen.page.get_by_role("progressbar", name="$20.00 to free shipping")
    expect(gap).to_be_visible()
    step = screen.place("cart-upgrade")
    expect(step).to_contain_text("only $2.00 more")
    screen.is_clean()
    screen.clicks("No, thanks", within=step)
    expect(step).to_contain_text("$1.00 less")
    expect(step.get_by_role("button", name="No more offers")).to_be_visible()
    screen.clicks("Take this one instead", within=step)
    expect(step).to_contain_text("Sweeten it")
    screen.is_clean()
    screen.clicks("Add to cart", "Honey", step)
    expect(step).to_have_count(0)
    assert held() == {"Much Coffee": 1, "Little Tea": 1, "Honey": 1}


def takes_a_better_camera_with_a_case(shop, screen):
    """On its page: add-ons, then the next rung of its ladder."""
    page = screen.page
    screen.opens(shop["Camera"].get_absolute_url())
    expect(page.get_by_text("Included: Strap")).to_be_visible()
    tick = page.get_by_role("checkbox", name="In good hands: Case")
    expect(tick).not_to_be_checked()
    tick.check()
    screen.is_clean()
    screen.clicks("Add to cart with what is ticked")
    expect(page.get_by_text("2 products are in your cart.")).to_be_visible()
    screen.clicks("Take this one instead", within=screen.place("upgrade"))
    expect(screen.button("Undo", "Better Camera")).to_be_visible()


def takes_the_film(screen):
    """Before paying."""
    screen.opens("/checkout/")
    expect(screen.page.get_by_role("heading", name="Your order ships free")).to_be_visible()
    bump = screen.page.get_by_role("checkbox", name=re.compile(r"Yes, add Film for \$4.50"))
    expect(bump).not_to_be_checked()
    screen.is_clean()
    bump.click()
    if not screen.has_scripts:
        screen.clicks("Add to order")


def takes_one_roll(screen):
    """After paying, when the large pack is too much."""
    expect(screen.page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    later = screen.place("post-purchase")
    expect(later).to_contain_text("$8.50")
    screen.is_clean()
    screen.clicks("No, thanks", within=later)
    expect(later).to_contain_text("Only one?")
    screen.clicks("Add to cart", "Roll", later)
    expect(later).to_have_count(0)
    assert held() == {"Roll": 1}


LINES = {
    "Much Coffee": "−$1.00 Twice as much",
    "Little Tea": "$3.00",
    "Honey": "−$1.00 Sweeten it",
    "Better Camera": "$130.00",
    "Strap": "−$5.00 Round the neck",
    "Case": "−$2.00 In good hands",
    "Film": "−$4.50 Load it",
}
FIGURES = {
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


def test_everything_is_met_and_the_order_costs_what_was_promised(
    shop, coffee, camera, tea, paper, screen
):
    screen.logs_in()
    takes_more_coffee(shop, screen)
    takes_less_tea_and_honey(screen)
    takes_a_better_camera_with_a_case(shop, screen)
    takes_the_film(screen)
    screen.reads(FIGURES)
    screen.orders()
    takes_one_roll(screen)
    screen.reads_order(LINES, FIGURES)
    screen.is_clean()
    assert Order.objects.get().total == Decimal("181.18")


def test_regulars_and_newcomers_see_different_things(shop, tea, screen):
    """A price for who comes back, a welcome for who has not ordered yet."""
    page = screen.page
    shop.stock("Flowers", "Bread")
    shop.best_sellers("Bread", "Flowers", "Tea")
    shop.place("cart", min_items=1)
    regulars = shop.segment("Regulars", {"orders_at_least": 3})
    new = shop.segment("New here", {"not orders_at_least": 1})
    thanks = {"kind": "cross_sell", "headline": "Thank you for coming back"}
    shop.offer("Flowers", {"in_segment": regulars}, **thanks, **percent(50))
    shop.place("welcome", segment=new, is_live=True, min_items=1)
    regular = make.UserFactory(username="regular")
    for days_ago in (90, 60, 30):
        shop.ordered(regular, "Bread", days_ago=days_ago)
    welcome = page.get_by_role("region", name="New here? Good to start with")
    for who, is_regular in ((regular, True), (make.UserFactory(username="new"), False)):
        screen.logs_in(who)
        screen.opens("/")
        expect(welcome).to_have_count(0 if is_regular else 1)
        screen.puts(shop["Tea"])
        screen.opens("/cart/")
        thanked = page.get_by_text("Thank you for coming back")
        expect(thanked).to_have_count(1 if is_regular else 0)
        screen.is_clean()
        page.get_by_role("button", name="Log out").click()


def test_an_add_on_leaves_with_its_product(shop, camera, quiet, screen):
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


def test_a_bump_leaves_with_what_it_goes_with_and_a_no_is_kept(shop, camera, quiet, screen):
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
    screen.clicks("No, thanks", "Sweets", bumps)
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


def test_who_wants_no_more_offers_sees_none(shop, tea, camera, paper, quiet, screen):
    screen.logs_in()
    screen.puts(shop["Tea"])
    screen.puts(shop["Camera"])
    screen.opens("/cart/")
    screen.clicks("No, thanks", within=screen.place("cart-upgrade"))
    screen.clicks("No more offers", within=screen.place("cart-upgrade"))
    for path in ("/cart/", "/checkout/"):
        screen.opens(path)
        expect(screen.page.get_by_role("button", name="No, thanks")).to_have_count(0)
    screen.orders()
    expect(screen.page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    expect(screen.place("post-purchase")).to_have_count(0)
