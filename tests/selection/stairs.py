"""A ladder of four coffees, what shoppers said to its steps, and which step shows then."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from xsell.models import Encounter, Tier

NOW = timezone.now()
PRICES = {"small": "3.00", "house": "4.00", "brand": "5.50", "organic": "7.25"}
SOLD_OUT = "cannot be bought now: hidden, sold out or not for this shopper"
OFFERS_DOWNSELL = {"offers_downsell": True}


def rests(days_ago, days=30):
    said = NOW - timedelta(days=days_ago)
    return f"declined on {said:%Y-%m-%d}, rests until {said + timedelta(days=days):%Y-%m-%d}"


def tier(shop, name):
    return Tier.objects.get(product=shop[name]).pk


def says(shop, answer, step, name, *, days_ago=0, visit="now", customer=""):
    """A yes or a no to a step (up: "tier", down: "downsell") in some visit."""
    at = NOW - timedelta(days=days_ago)
    moment = {"yes": {"accepted_at": at}, "no": {"declined_at": at}}[answer]
    source = f"{step}:{tier(shop, name)}"
    Encounter.objects.create(source=source, visit=visit, customer_id=customer, **moment)


def stands(shop, **ladder):
    for name, price in PRICES.items():
        shop.stock(name, price=Decimal(price))
    shop.ladder(*PRICES, **ladder)
    return shop


def steps_of(shop, name, cart=(), customer_id=None, visit="now"):
    """What shows ("+" a step up, "-" one down) and why the others of the ladder do not."""
    page = shop.page(cart, customer_id=customer_id, visit=visit)
    page.now = NOW
    content, steps = page.upgrades(shop[name].pk)
    dropped = {shop.name_of(it.product_id): it.reason for it in content.decisions if not it.kept}
    shown = [("-" if it.is_downsell else "+") + it.product.title for it in steps]
    return shown, dropped
