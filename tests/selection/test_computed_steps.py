"""Steps up that nobody curated: dearer by a little, of the same category, and bought more often."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests import factories as make
from xsell.adapters import get_adapter
from xsell.models import Encounter
from xsell.selection.steps import step_source
from xsell.values import Source

SOLD = {"plain": 40, "fine": 90, "finer": 60, "finest": 300, "rare": 10, "cheap": 500}
PRICES = {
    "plain": "10.00",
    "fine": "12.00",
    "finer": "13.00",
    "finest": "14.00",
    "rare": "11.00",
    "cheap": "8.00",
}


@pytest.fixture
def shelf(shop):
    """One category; none of it on a ladder."""
    category = make.CategoryFactory()
    for name, price in PRICES.items():
        shop.stock(name, price=Decimal(price), category=category)
    sell(shop, SOLD)
    return shop


def sell(shop, sold):
    ranked = sorted(sold, key=sold.get, reverse=True)
    for position, name in enumerate(ranked, 1):
        make.BestSellerFactory(
            run=shop.run,
            product=shop[name],
            n_orders=sold[name],
            position=position,
            category_position=position,
        )


def step_from(shop, name, cart=(), **context):
    """The product that is a step up, and why the others are none."""
    content, steps = shop.page(cart, **context).upgrades(shop[name].pk)
    assert all(it.is_computed and it.source for it in steps)
    dropped = {shop.name_of(it.product_id): it.reason for it in content.decisions if not it.kept}
    return [it.product.title for it in steps], dropped


def test_the_most_bought_that_costs_a_little_more_is_the_step_up(shelf):
    found, dropped = step_from(shelf, "plain")
    assert found == ["fine"]
    assert dropped == {
        "cheap": "it costs -20.0%: a step up costs 5% to 35% more",
        "finest": "it costs +40.0%: a step up costs 5% to 35% more",
        "finer": "one computed step up is enough",
        "plain": "it is the product itself",
        "rare": "bought in 10 orders, not more often than this one in 40",
    }


@pytest.mark.parametrize(
    ("price", "is_shown"),
    [
        ("10.49", False),
        ("10.50", True),
        ("13.50", True),
        ("13.51", False),
        ("10.00", False),
        ("9.00", False),
    ],
)
def test_the_band_counts_both_ends(shelf, price, is_shown):
    shelf["fine"].price = Decimal(price)
    shelf["fine"].save()
    assert (step_from(shelf, "plain")[0] == ["fine"]) is is_shown


@pytest.mark.parametrize(("sold", "is_shown"), [(41, True), (40, False), (39, False)])
def test_it_is_said_to_be_bought_more_often_only_if_it_is(shop, sold, is_shown):
    category = make.CategoryFactory()
    for name in ("plain", "fine"):
        shop.stock(name, price=Decimal(PRICES[name]), category=category)
    sell(shop, {"plain": 40, "fine": sold})
    assert (step_from(shop, "plain")[0] == ["fine"]) is is_shown


def test_what_was_never_bought_is_compared_with_nothing(shelf):
    shelf.stock("new", price=Decimal("10.00"), category=shelf["plain"].category)
    assert step_from(shelf, "new") == ([], {})


def pinned(shelf):
    shelf.relate("plain", "fine", kind="accessory")


def bought_with_it(shelf):
    shelf.bought_with("plain", "fine")


def banned(shelf):
    shelf.relate("plain", "fine", kind="upsell", verdict="ban")


def banned_beside_it(shelf):
    shelf.relate("plain", "fine", verdict="ban")


def sold_out(shelf):
    shelf["fine"].stock = 0
    shelf["fine"].save()


def moved(shelf):
    shelf["fine"].category = make.CategoryFactory()
    shelf["fine"].save()


def on_a_ladder(shelf):
    shelf.ladder("plain", "gold")
    shelf["gold"].stock = 0
    shelf["gold"].save()


def declined(shelf):
    Encounter.objects.create(
        source=step_source(shelf["fine"].pk), visit="now", declined_at=shelf.page().now
    )


@pytest.mark.parametrize(
    ("arrange", "reason"),
    [
        (pinned, "a person says that it goes with the product, not in its place"),
        (bought_with_it, "bought together with the product, not in its place"),
        (banned, "banned by a curated relation"),
        (banned_beside_it, "banned by a curated relation"),
        (sold_out, "cannot be bought now: hidden, sold out or not for this shopper"),
        (moved, "it is not of the same closest category any more"),
        (on_a_ladder, "a curated ladder has the product: nothing is computed"),
    ],
)
def test_what_keeps_a_product_from_being_a_step_up(shelf, arrange, reason):
    arrange(shelf)
    found, dropped = step_from(shelf, "plain")
    assert "fine" not in found
    assert dropped["fine"] == reason


def test_who_declines_one_is_not_asked_about_the_next(shelf):
    declined(shelf)
    found, dropped = step_from(shelf, "plain", visit="now")
    assert found == []
    assert dropped["fine"] == dropped["finer"]
    assert dropped["fine"].startswith("declined on ")


def test_what_is_in_the_cart_is_no_step_up(shelf):
    found, dropped = step_from(shelf, "plain", cart=["fine"])
    assert (found, dropped["fine"]) == (["finer"], "already in the cart")


def test_a_curated_step_up_comes_first(shelf):
    shelf.relate("plain", "gold", kind="upsell")
    _content, steps = shelf.page().upgrades(shelf["plain"].pk)
    assert [(it.product.title, it.is_computed) for it in steps] == [("gold", False)]


@pytest.mark.parametrize(
    "fields",
    [
        {"step_up_from_percent": None, "step_up_to_percent": None},
        {"sources": ["tiers"]},
        {"is_live": False},
    ],
    ids=["no band", "not asked", "switched off"],
)
def test_it_can_be_switched_off(shelf, fields):
    shelf.place("upgrade", **fields)
    assert step_from(shelf, "plain") == ([], {})
    page = shelf.page()
    assert not page.may_replace(shelf["plain"].pk, shelf["fine"].pk)


@pytest.mark.parametrize(
    ("better", "may"),
    [("fine", True), ("finer", True), ("rare", False), ("finest", False), ("cheap", False)],
)
def test_what_may_take_its_place_is_worked_out_anew_at_the_click(shelf, better, may):
    assert shelf.page().may_replace(shelf["plain"].pk, shelf[better].pk, "upgrade") is may


def test_a_placement_of_the_cart_has_no_product_to_step_up_from(shelf):
    shelf.place("cart", sources=[str(Source.STEP_UP)], min_items=1)
    content = shelf.content("cart", cart=["plain"])
    assert (content.suggestions, content.decisions) == ((), ())


def test_a_variant_steps_up_from_what_its_family_sells(shelf, monkeypatch):
    """Orders are mined by the parent; the page shows a variant of it."""
    shelf.stock("plain, blue", price=Decimal("10.00"), category=shelf["plain"].category)
    adapter = get_adapter()
    own = type(adapter).details

    def details(self, product_ids, context):
        found = dict(own(self, product_ids, context))
        blue = shelf["plain, blue"].pk
        if blue in found:
            found[blue] = replace(found[blue], family=shelf["plain"].pk)
        return found

    monkeypatch.setattr(type(adapter), "details", details)
    assert step_from(shelf, "plain, blue")[0] == ["fine"]
