"""What a placement shows, and which step kept or dropped the rest."""

from datetime import timedelta

import pytest
from django.utils import timezone

from xsell.exceptions import UnknownPlacement
from xsell.models import MiningRun, ProductRelation


@pytest.mark.parametrize(
    ("in_cart", "shown"),
    [
        ([], ["strap", "case"]),
        (["strap"], ["case", "film"]),
        (["strap", "case"], ["film"]),
        (["strap", "case", "film"], []),
    ],
)
def test_it_never_suggests_what_is_already_in_the_cart(shop, in_cart, shown):
    shop.place("product-page", min_items=1, max_items=2)
    shop.bought_with("camera", "strap", "case", "film")
    assert shop.shown("product-page", "camera", cart=in_cart) == shown


def test_curated_comes_before_mined_and_each_product_once(shop):
    shop.place("product-page", max_items=4)
    shop.bought_with("camera", "case", "strap", "film")
    shop.relate("camera", "tripod", "strap")
    assert shop.shown("product-page", "camera") == ["tripod", "strap", "case", "film"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"stock": 0}, "cannot be bought now"),
        ({"is_published": False}, "cannot be bought now"),
        ({"price": None}, "cannot be bought now"),
    ],
)
def test_it_never_suggests_what_cannot_be_bought_now(shop, fields, reason):
    shop.place("product-page", min_items=1)
    shop.stock("strap", **fields)
    shop.relate("camera", "strap")
    shop.bought_with("camera", "strap", "case")
    content = shop.content("product-page", "camera")
    assert [it.product.title for it in content.suggestions] == ["case"]
    dropped = [it for it in content.decisions if it.product_id == shop["strap"].pk]
    assert [(it.step, it.kept) for it in dropped] == [("eligible", False)] * 2
    assert all(reason in it.reason for it in dropped)


def test_a_product_that_was_deleted_after_mining_is_skipped(shop):
    shop.place("product-page", min_items=1)
    shop.bought_with("camera", "strap", "case")
    gone = shop["strap"].pk
    shop["strap"].delete()
    content = shop.content("product-page", "camera")
    assert [it.product.title for it in content.suggestions] == ["case"]
    (why,) = [it.reason for it in content.decisions if it.product_id == gone]
    assert why == "the shop does not know this product any more"


def test_a_ban_holds_against_mining_and_best_sellers(shop):
    shop.place("product-page", min_items=1)
    shop.bought_with("camera", "strap")
    shop.best_sellers("strap", "camera")
    shop.relate("camera", "strap", verdict=ProductRelation.Verdict.BAN)
    assert shop.shown("product-page", "camera") == []


def test_a_ban_holds_for_its_own_anchor_only(shop):
    shop.place("product-page", min_items=1)
    shop.bought_with("camera", "strap")
    shop.relate("lens", "strap", verdict=ProductRelation.Verdict.BAN)
    assert shop.shown("product-page", "camera") == ["strap"]


@pytest.mark.parametrize("kind", [ProductRelation.Kind.UPSELL, ProductRelation.Kind.SUBSTITUTE])
def test_what_replaces_a_product_is_no_complement_to_it(shop, kind):
    shop.place("product-page", min_items=1)
    shop.bought_with("camera", "better camera", "strap")
    shop.relate("camera", "better camera", kind=kind)
    assert shop.shown("product-page", "camera") == ["strap"]


def test_rungs_of_the_same_ladder_are_no_complements(shop):
    shop.place("product-page", min_items=1)
    shop.bought_with("good", "better", "strap")
    shop.ladder("good", "better")
    assert shop.shown("product-page", "good") == ["strap"]


@pytest.mark.parametrize(
    ("starts", "ends", "shown"),
    [
        (None, None, ["strap"]),
        (-1, 1, ["strap"]),
        (-2, -1, []),
        (1, 2, []),
        (None, -1, []),
        (1, None, []),
    ],
)
def test_a_relation_holds_between_its_dates(shop, starts, ends, shown):
    shop.place("product-page", min_items=1)
    now = timezone.now()
    dates = {
        name: None if days is None else now + timedelta(days=days)
        for name, days in (("starts_at", starts), ("ends_at", ends))
    }
    shop.relate("camera", "strap", **dates)
    assert shop.shown("product-page", "camera") == shown


def test_below_the_minimum_best_sellers_of_the_category_fill_up_to_it(shop):
    shop.place("product-page", min_items=2, max_items=3)
    shop.stock("body", "lens", "flash", category=shop["camera"].category)
    shop.bought_with("camera", "strap")
    shop.best_sellers("banana", "body", "camera", "lens", "flash")
    content = shop.content("product-page", "camera")
    assert [it.product.title for it in content.suggestions] == ["strap", "body"]
    assert content.heading == "Goes well with this"


def test_with_enough_of_its_own_a_placement_keeps_its_heading_and_takes_no_best_sellers(shop):
    shop.bought_with("camera", "strap", "case")
    shop.best_sellers("banana")
    content = shop.content("product-page", "camera")
    assert [it.product.title for it in content.suggestions] == ["strap", "case"]
    assert content.heading == "Frequently bought together"


def test_a_product_that_was_never_sold_shows_nothing_rather_than_anything(shop):
    shop.best_sellers("banana", "milk")
    assert shop.shown("product-page", "new arrival") == []


def test_below_its_minimum_a_placement_stays_empty_and_says_so(shop):
    shop.place("product-page", min_items=3, sources=["mined"])
    shop.bought_with("camera", "strap", "case")
    content = shop.content("product-page", "camera")
    assert content.suggestions == ()
    assert [it.reason for it in content.decisions if it.step == "minimum"] == [
        "only 2 left, the placement wants 3"
    ] * 2


def test_variety_limits_how_many_come_from_one_category(shop):
    shop.place("cart", max_per_category=1)
    shelf = shop["strap"].category
    shop.stock("long strap", category=shelf)
    shop.bought_with("camera", "strap", "long strap", "case")
    assert shop.shown("cart", cart=["camera"]) == ["strap", "case"]


def test_with_variety_more_of_what_the_cart_holds_comes_last(shop):
    shop.place("cart", max_per_category=1, min_items=2, max_items=2)
    shop.stock("other camera", category=shop["camera"].category)
    shop.bought_with("camera", "other camera", "strap", "case")
    assert shop.shown("cart", cart=["camera"]) == ["strap", "case"]


def test_variety_gives_way_before_a_placement_stays_empty(shop):
    shop.place("cart", max_per_category=1, min_items=2, max_items=4)
    shelf = shop["strap"].category
    shop.stock("long strap", "wide strap", category=shelf)
    shop.best_sellers("banana")
    shop.bought_with("camera", "strap", "long strap", "wide strap")
    content = shop.content("cart", cart=["camera"])
    assert [it.product.title for it in content.suggestions] == ["strap", "long strap"]
    told = {shop.name_of(it.product_id): (it.step, it.kept) for it in content.decisions}
    assert told["wide strap"] == ("variety", False)


def test_what_two_sources_propose_and_variety_holds_back_is_told_for_both(shop):
    shop.place("cart", max_per_category=1, min_items=3, max_items=4)
    shop.stock("long strap", category=shop["strap"].category)
    shop.relate("camera", "strap", "long strap")
    shop.bought_with("camera", "long strap")
    decisions = shop.content("cart", cart=["camera"]).decisions
    told = [(it.source, it.step) for it in decisions if it.product_id == shop["long strap"].pk]
    assert told == [("pinned", "shown"), ("mined", "once"), ("pinned", "minimum")]


def test_a_product_in_another_currency_is_not_suggested(shop):
    shop.place("product-page", min_items=1)
    shop.bought_with("camera", "strap")
    assert shop.shown("product-page", "camera", currency="EUR") == []


def test_a_product_shows_once_on_a_page_the_first_placement_has_it(shop):
    shop.place("cart", sources=["mined"], min_items=1)
    shop.bought_with("camera", "strap", "case")
    page = shop.page(cart=[])
    camera = shop["camera"].pk
    first = page.placement("product-page", product_id=camera)
    second = page.placement("cart", anchors=[camera])
    assert [it.product.title for it in first.suggestions] == ["strap", "case"]
    assert second.suggestions == ()


def test_only_the_active_snapshot_speaks(shop):
    shop.place("product-page", min_items=1)
    shop.bought_with("camera", "strap")
    MiningRun.objects.update(is_active=False)
    assert shop.shown("product-page", "camera") == []


def test_a_placement_that_is_switched_off_is_empty(shop):
    shop.bought_with("camera", "strap", "case")
    shop.place("product-page", is_live=False)
    assert shop.shown("product-page", "camera") == []


def test_an_unknown_placement_is_named_with_those_that_there_are(shop):
    with pytest.raises(
        UnknownPlacement, match=r"no placement 'crat'\. Known: add-ons, add-to-cart, cart, "
    ):
        shop.shown("crat")


def test_evidence_comes_with_mined_and_with_curated_pairs_that_were_mined_too(shop):
    shop.bought_with("camera", "strap", "case", n_both=12, n_anchor=60)
    shop.relate("camera", "strap", "tripod")
    content = shop.content("product-page", "camera")
    found = {it.product.title: it.evidence for it in content.suggestions}
    assert found["tripod"] is None
    assert (found["strap"].n_both, found["strap"].confidence) == (12, 0.2)
    assert found["case"].n_baskets == shop.run.n_baskets


def test_a_pin_wins_against_what_the_machine_takes_for_a_replacement(shop):
    shop.place("cart", min_items=1)
    shop.ladder("camera", "camera pro")
    shop.relate("tripod", "camera pro")
    assert shop.shown("cart", cart=["camera", "tripod"]) == ["camera pro"]


@pytest.mark.parametrize(
    ("banned_as", "together", "upgrade"),
    [("cross_sell", [], ["strap"]), ("upsell", ["strap"], [])],
)
def test_a_ban_holds_for_its_own_kind(shop, banned_as, together, upgrade):
    shop.place("product-page", min_items=1)
    other = "upsell" if banned_as == "cross_sell" else "cross_sell"
    shop.relate("camera", "strap", kind=banned_as, verdict=ProductRelation.Verdict.BAN)
    shop.relate("camera", "strap", kind=other)
    assert shop.shown("product-page", "camera") == together
    assert shop.shown("upgrade", "camera") == upgrade
