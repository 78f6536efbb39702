"""What a shopper pays, read off the screen of a telephone: with scripts and without."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from demo_shop.models import CartLine, Order
from tests.journeys.screens import WIDTH
from xsell.models import Acceptance

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def browser_context_args(browser_context_args, request):
    size = {"width": WIDTH, "height": 844}
    return {**browser_context_args, "java_script_enabled": request.param, "viewport": size}


@pytest.fixture
def stocked(shop):
    """Bread and soap cost less together; batteries are half price with a camera."""
    shop.stock("Bread", price=Decimal("2.50"))
    shop.stock("Soap", price=Decimal("4.99"), tax_rate=Decimal("0.07"))
    shop.stock("Camera", price=Decimal("100.00"), tax_rate=Decimal("0.07"))
    shop.stock("Batteries", price=Decimal("4.00"), tax_rate=Decimal("0.07"))
    shop.bundle(10, {"Bread": 1, "Soap": 1}, name="Good morning")
    shop.offer(
        "Batteries",
        {"has_product": "Camera"},
        headline="Power to go",
        benefit="percent",
        saving_percent=Decimal(50),
    )
    return shop


def test_a_bundle_is_bought_twice_and_a_bump_with_it(stocked, screen):
    screen.logs_in()
    screen.opens(stocked["Soap"].get_absolute_url())
    screen.page.get_by_role("button", name="Add the bundle").click()
    expect(screen.page.get_by_text("products are in your cart")).to_be_visible()
    # Whoever has it whole is not offered it again: the second one comes by hand.
    screen.puts(stocked["Bread"])
    screen.puts(stocked["Soap"])
    screen.puts(stocked["Camera"])
    screen.opens("/checkout/")
    tick = screen.page.get_by_role("checkbox", name=re.compile("Yes, add Batteries for \\$2.00"))
    expect(tick).not_to_be_checked()
    screen.is_clean()
    tick.click()
    if not screen.has_scripts:
        screen.page.get_by_role("button", name=re.compile("Add to order")).click()
    figures = {
        "Delivery": "Free",
        "Goods": "$118.98",
        "Good morning": "−$1.50",
        "Power to go": "−$2.00",
        "Tax, 7% of $110.98": "$7.77",
        "Total": "$123.25",
    }
    screen.reads(figures)
    screen.opens("/cart/")
    screen.reads(figures)
    screen.is_clean()
    screen.opens("/checkout/")
    screen.orders()
    expect(screen.page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    screen.is_clean()
    lines = {
        "Bread": "−$0.50 Good morning",
        "Soap": "−$1.00 Good morning",
        "Camera": "$100.00",
        "Batteries": "−$2.00 Power to go",
    }
    screen.reads_order(lines, figures)
    order = Order.objects.get()
    assert order.total == Decimal("123.25")
    assert Acceptance.objects.filter(order_ref=str(order.pk)).count() >= 2


def test_what_is_broken_up_costs_the_full_price_and_says_why(stocked, screen):
    screen.logs_in()
    screen.opens(stocked["Soap"].get_absolute_url())
    screen.page.get_by_role("button", name="Add the bundle").click()
    screen.opens("/cart/")
    screen.reads(
        {
            "Goods": "$7.49",
            "Good morning": "−$0.75",
            "Tax, 7% of $4.49": "$0.31",
            "Delivery": "$4.90",
            "Total": "$11.95",
        }
    )
    screen.page.get_by_role("button", name="Remove Bread").click()
    expect(screen.page.get_by_text("“Good morning” is not whole any more")).to_be_visible()
    alone = {
        "Goods": "$4.99",
        "Tax, 7% of $4.99": "$0.35",
        "Delivery": "$4.90",
        "Total": "$10.24",
    }
    screen.reads(alone)
    screen.is_clean()
    screen.page.get_by_role("link", name="Check out").click()
    expect(screen.page.get_by_text("“Good morning” is not whole any more")).to_be_visible()
    screen.reads(alone)
    screen.orders()
    expect(screen.page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    screen.reads_order({"Soap": "$4.99"}, alone)


def test_what_changed_since_the_page_was_opened_is_agreed_to_first(stocked, screen):
    screen.logs_in()
    screen.puts(stocked["Bread"])
    screen.opens("/checkout/")
    stocked["Bread"].price = Decimal("3.00")
    stocked["Bread"].save()
    screen.orders()
    expect(screen.page.get_by_text("the total is $7.90 now")).to_be_visible()
    expect(screen.page.get_by_label("Town")).to_have_value("Bath")
    assert not Order.objects.exists()
    screen.is_clean()
    screen.page.get_by_role("button", name="Place order").click()
    expect(screen.page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    assert Order.objects.get().total == Decimal("7.90")
    assert not CartLine.objects.exists()


def test_half_of_a_bundle_comes_back_at_what_was_paid_for_it(stocked, screen):
    screen.logs_in()
    screen.opens(stocked["Soap"].get_absolute_url())
    screen.page.get_by_role("button", name="Add the bundle").click()
    screen.opens("/checkout/")
    screen.orders()
    expect(screen.page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    screen.opens(Order.objects.get().get_absolute_url())
    screen.page.get_by_text("Return items").click()
    screen.page.get_by_label("Soap").fill("1")
    screen.is_clean()
    screen.page.get_by_role("button", name="Return these").click()
    # 4.99 - 0.50 + 0.31 of tax.
    expect(screen.page.get_by_text("You get $4.80 back.")).to_be_visible()
    expect(screen.page.locator("tfoot")).to_contain_text("−$4.80")
    screen.is_clean()


def test_what_the_cart_lacks_is_one_click_away(stocked, screen):
    stocked.stock("Wine", price=Decimal("29.00"))
    stocked.stock("Cheese", price=Decimal("5.00"))
    stocked.bought_with("Wine", "Cheese")
    screen.logs_in()
    screen.puts(stocked["Bread"])
    screen.puts(stocked["Wine"])
    screen.opens("/cart/")
    expect(screen.page.get_by_role("progressbar", name="$3.50 to free shipping")).to_be_visible()
    expect(screen.page.get_by_text("With Soap you save $0.75")).to_be_visible()
    screen.is_clean()
    screen.page.get_by_role("button", name=re.compile("Add to cart.*Soap")).click()
    expect(screen.page.get_by_role("heading", name="Your order ships free")).to_be_visible()
    expect(screen.page.get_by_text("you save")).to_have_count(0)
    screen.is_clean()
    screen.reads(
        {
            "Goods": "$36.49",
            "Good morning": "−$0.75",
            "Tax, 7% of $4.49": "$0.31",
            "Delivery": "Free",
            "Total": "$36.05",
        }
    )


def test_a_product_that_just_closes_the_gap_brings_free_shipping(stocked, screen):
    stocked.stock("Wine", price=Decimal("31.00"))
    stocked.stock("Cheese", price=Decimal("5.00"))
    stocked.bought_with("Wine", "Cheese")
    screen.logs_in()
    screen.puts(stocked["Wine"])
    screen.opens("/checkout/")
    screen.reads({"Goods": "$31.00", "Delivery": "$4.90", "Total": "$35.90"})
    screen.is_clean()
    screen.page.get_by_role("button", name=re.compile("Add to cart.*Cheese")).click()
    expect(screen.page.get_by_role("heading", name="Your order ships free")).to_be_visible()
    screen.reads({"Goods": "$36.00", "Delivery": "Free", "Total": "$36.00"})
