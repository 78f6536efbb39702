"""What journeys share: a screen, and coffee for which more is offered."""

from decimal import Decimal

import pytest

from tests.journeys.screens import Screen
from xsell.models import Placement


@pytest.fixture
def screen(page, live_server, browser_context_args):
    has_scripts = browser_context_args["java_script_enabled"]
    return Screen(page, live_server.url, has_scripts, browser_context_args["viewport"]["width"])


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
