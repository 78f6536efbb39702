"""`xsell_explain` says the same as the page shows."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils.formats import date_format
from django.utils.timezone import localtime

from tests import factories as make
from tests.selection.regulars import Regular, bought_again, bought_once, goes_on
from xsell.adapters import get_adapter
from xsell.models import Encounter, Tier


def money(amount):
    return get_adapter().format_price(Decimal(amount), "USD", "en-us")


def told(capsys, *arguments):
    call_command("xsell_explain", *arguments)
    return capsys.readouterr().out.splitlines()


def test_it_says_for_each_candidate_which_step_decided_and_why(shop, capsys):
    shop.place("product-page", max_items=2)
    shop.stock("case", stock=0)
    shop.bought_with("camera", "strap", "case", n_both=8, n_anchor=10)
    shop.relate("camera", "tripod")
    evidence = "(in 8 of 10 orders, 49.0% to 94.3%; lift 50.0, at least 40.0)"
    sold_out = "cannot be bought now: hidden, sold out or not for this shopper"
    assert told(capsys, str(shop["camera"].pk)) == [
        "product-page for camera: 2 shown",
        "In the cart: nothing",
        "+ tripod [pinned] shown: number 1 of product-page",
        f"+ strap [mined] shown: number 2 of product-page {evidence}",
        f"- case [mined] eligible: {sold_out} {evidence}",
    ]


def test_it_says_what_is_bought_together_no_more_often_than_chance(shop, capsys):
    shop.bought_with("camera", "milk", n_both=30, n_anchor=100, lift=1.1, lift_lower=0.9)
    assert told(capsys, str(shop["camera"].pk))[-1] == (
        "- milk [mined] eligible: bought together not more often than chance "
        "(in 30 of 100 orders, 21.9% to 39.6%; lift 1.1, at least 0.9)"
    )


def test_products_can_be_given_by_name(shop, capsys):
    shop.bought_with("camera", "strap", "case")
    lines = told(capsys, "Camera", "--cart", "strap")
    assert lines[:2] == ["product-page for camera: 0 shown", "In the cart: strap"]
    assert "- strap [mined] eligible: already in the cart" in lines[2]


def test_a_cart_alone_is_explained_at_its_own_placement(shop, capsys):
    shop.bought_with("camera", "strap", "case")
    assert told(capsys, "--cart", "camera")[0] == "cart for the cart: 2 shown"


def test_nothing_to_say_is_said(shop, capsys):
    assert told(capsys, str(shop["camera"].pk))[-1] == "No source has a candidate."


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["9" * 30], "no product with the id or name '9{30}'"),
        (["nonesuch"], "no product with the id or name 'nonesuch'"),
        ([], "Name a product, put one into the cart with --cart, or name a --customer"),
        (["camera", "--placement", "atrium"], "no placement 'atrium'. Known: .*cart"),
        (["camera", "--cart", "nonesuch"], "no product with the id or name 'nonesuch'"),
    ],
)
def test_what_it_cannot_find_is_named(shop, arguments, complaint):
    shop.stock("camera")
    with pytest.raises(CommandError, match=complaint):
        call_command("xsell_explain", *arguments)


def test_a_placement_that_is_switched_off_is_said_to_be(shop, capsys):
    shop.relate("camera", "strap")
    shop.place("product-page", is_live=False)
    assert told(capsys, "camera")[-1] == "The placement is switched off."


def test_it_says_what_the_cart_saves_and_why_not_more(shop, capsys):
    shop.stock("camera", "strap", "film", price=10)
    kit = shop.bundle(10, {"camera": 1, "strap": 1}, name="Kit")
    film = shop.bundle(20, {"camera": 1, "film": 2}, name="Films")
    assert told(capsys, "--cart", "camera", "strap", "film")[-3:] == [
        f"The cart costs {money('28.00')}; it saves {money('2.00')}",
        f"+ Kit [bundle:{kit.pk}] once: {money('2.00')} off",
        f"- Films [bundle:{film.pk}] not-whole",
    ]


def test_it_says_why_a_bundle_does_not_show(shop, capsys):
    shop.stock("strap", stock=0)
    kit = shop.bundle(10, {"camera": 1, "strap": 1})
    assert told(capsys, "camera")[-1] == (
        f"- bundle:{kit.pk} hidden: a part of it cannot be bought now, or not so many"
    )


def test_it_says_who_is_in_a_segment_and_why(shop, capsys):
    shop.segment(
        "Photographers",
        {"bought_product": "camera", "not orders_at_least": 5},
        {"fact_is": ("language", "de")},
    )
    customer = make.UserFactory()
    order = shop.ordered(customer, "camera", "strap", days_ago=3)
    day = date_format(localtime(order.placed_at), "SHORT_DATE_FORMAT")
    who = str(customer.pk)
    assert told(capsys, "--segment", "Photographers", "--customer", who) == [
        f"Photographers: customer {who} is in it",
        "group 1",
        f"+ bought camera (last on {day})",
        "+ number of orders: fewer than 5 (1 order)",
        "group 2",
        "- language is de (en-us)",
    ]
    assert told(capsys, "--segment", "Photographers")[:3] == [
        "Photographers: a guest is not in it",
        "group 1",
        "- bought camera (never)",
    ]


def test_a_segment_without_rules_is_said_to_be_empty(shop, capsys):
    shop.segment("Nobody")
    assert told(capsys, "--segment", "Nobody")[-1] == "It has no rules: nobody is in it."


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--segment", "Nomads"], "no segment 'Nomads'. Known: Regulars"),
        (["--segment", "Regulars", "--customer", "ab"], "'ab' is no customer's id in this shop"),
        (["camera", "--segment", "Regulars"], "--segment goes with --customer alone"),
        (["--segment", "Regulars", "--cart", "camera"], "--segment goes with --customer alone"),
    ],
)
def test_what_cannot_be_said_of_a_segment_is_named(shop, arguments, complaint):
    shop.segment("Regulars", {"orders_at_least": 2})
    with pytest.raises(CommandError, match=complaint):
        call_command("xsell_explain", *arguments)


def test_a_placement_for_others_is_said_to_be(shop, capsys):
    shop.relate("camera", "strap", "case")
    shop.place("product-page", segment=shop.segment("Regulars", {"orders_at_least": 2}))
    assert told(capsys, "camera")[-1] == (
        "It is empty: the placement is for a segment that this shopper is not in."
    )


def test_it_says_which_steps_show_after_a_no(shop, capsys):
    prices = {"small": "3.00", "house": "4.00", "brand": "5.50"}
    for name, price in prices.items():
        shop.stock(name, price=Decimal(price))
    shop.ladder(*prices, offers_downsell=True, cool_down_days=0)
    before = told(capsys, "house", "--placement", "upgrade")
    after = told(capsys, "house", "--placement", "upgrade", "--declined", "brand")
    assert before[2:] == ["+ brand [tiers] shown: number 1 of upgrade"]
    assert after[2:] == [
        "+ small [tiers] shown: number 1 of upgrade",
        "- brand [tiers] cut: the placement shows 1 at most",
    ]


def test_it_says_how_long_a_customer_s_no_rests(shop, capsys):
    shop.ladder("house", "brand")
    customer, at = make.UserFactory(), datetime(2099, 3, 1, 12, tzinfo=UTC)
    source = f"tier:{Tier.objects.get(product=shop['brand']).pk}"
    Encounter.objects.create(
        source=source, visit="then", customer_id=str(customer.pk), declined_at=at
    )
    asked = ("house", "--placement", "upgrade", "--customer", str(customer.pk))
    reason = "declined on 2099-03-01, rests until 2099-03-31"
    assert told(capsys, *asked)[2:] == [f"- brand [tiers] eligible: {reason}"]


def test_a_customer_s_recommendations_say_why_and_why_not(shop, capsys):
    robin = Regular(shop)
    goes_on(shop, "kettle", "descaler")
    bought_again(shop, "coffee", 30)
    bought_again(shop, "kettle", 30)
    bought_once(shop, "kettle")
    robin.bought("kettle", "coffee", days_ago=40)
    call_command("xsell_explain", "--placement", "recommended", "--customer", robin.customer_id)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"recommended for customer {robin.customer_id}: 0 shown"
    assert "+ descaler [next-step] shown: number 2 of recommended" in lines
    assert "- kettle [due-again] eligible: the customer has it, and nobody buys it twice" in lines
    assert "- coffee [due-again] minimum: only 2 left, the placement wants 4" in lines


def test_for_a_customer_the_recommendations_are_explained_if_nothing_is_named(shop, capsys):
    call_command("xsell_explain", "--customer", Regular(shop).customer_id)
    assert capsys.readouterr().out.startswith("recommended for customer")
