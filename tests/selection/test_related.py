"""Mined pairs: what a page may say, and what completes a cart."""

import pytest

from xsell.models import CoPurchase, MiningRun


def test_a_cart_adds_up_what_its_products_suggest(shop):
    shop.bought_with("camera", "strap", score=0.5)
    shop.bought_with("lens", "case", score=0.4)
    shop.bought_with("flash", "case", score=0.4)
    assert shop.shown("cart", cart=["camera", "lens", "flash"]) == ["case", "strap"]


def test_where_the_run_says_so_the_strongest_pair_counts_instead(shop):
    MiningRun.objects.update(is_sum=False)
    shop.bought_with("camera", "strap", score=0.5)
    shop.bought_with("lens", "case", score=0.4)
    shop.bought_with("flash", "case", score=0.4)
    assert shop.shown("cart", cart=["camera", "lens", "flash"]) == ["strap", "case"]


def test_what_is_as_good_comes_in_the_order_of_best_sellers(shop):
    shop.best_sellers("milk", "case", "strap")
    for name in ("strap", "case", "milk"):
        shop.bought_with("camera", name, score=0.5)
    assert shop.shown("cart", cart=["camera"]) == ["milk", "case", "strap"]


def test_what_a_product_is_worth_beside_any_cart_counts_too(shop):
    shop.bought_with("camera", "strap", "case")
    CoPurchase.objects.filter(suggested=shop["case"]).update(
        suggested_prior=0.2, suggested_position=1
    )
    assert shop.shown("cart", cart=["camera"]) == ["case", "strap"]


def test_a_product_s_page_goes_by_what_is_bought_together_and_a_cart_by_what_completes_it(shop):
    """Two rankings of the same orders: pairs that say nothing for the other have no place in it."""
    shop.place("product-page", min_items=1)
    shop.place("cart", min_items=1)
    shop.bought_with("camera", "strap", score=0.1)
    shop.bought_with("camera", "film", score=0.4, on_pages=False)
    shop.bought_with("camera", "milk", score=0.0)
    CoPurchase.objects.filter(suggested=shop["milk"]).update(position=2)
    assert shop.shown("product-page", "camera") == ["strap", "milk"]
    assert shop.shown("cart", cart=["camera"]) == ["film", "strap"]


def test_a_pair_for_pages_may_say_why_a_cart_is_completed_by_another(shop):
    shop.place("cart", min_items=1)
    shop.bought_with("camera", "strap", score=0.5, n_both=2, on_pages=False)
    shop.bought_with("lens", "strap", score=0.0, n_both=9)
    (shown,) = shop.content("cart", cart=["camera", "lens"]).suggestions
    assert (shown.score, shown.anchor_id, shown.evidence.n_both) == (0.5, shop["lens"].pk, 9)


@pytest.mark.parametrize(
    ("n_both", "lift_lower", "objection"),
    [
        (3, 1.001, None),
        (2, 40.0, "bought together in fewer than 3 orders"),
        (3, 1.0, "bought together not more often than chance"),
        (900, 0.9, "bought together not more often than chance"),
    ],
)
def test_only_what_chance_does_not_explain_is_said_to_be_bought_together(
    shop, n_both, lift_lower, objection
):
    shop.bought_with("camera", "strap", n_both=n_both, lift_lower=lift_lower)
    for slug, product, cart in (("product-page", "camera", []), ("cart", "", ["camera"])):
        shop.place(slug, min_items=1)
        content = shop.content(slug, product, cart)
        assert [it.product.title for it in content.suggestions] == ([] if objection else ["strap"])
        reasons = [it.reason for it in content.decisions if not it.kept]
        assert reasons == [objection] * bool(objection)


def test_a_pair_that_chance_may_explain_counts_in_a_cart_but_is_not_the_one_that_is_told(shop):
    shop.bought_with("camera", "strap", score=0.5)
    shop.bought_with("lens", "case", score=0.4, n_both=7)
    shop.bought_with("flash", "case", score=0.45, n_both=2)
    content = shop.content("cart", cart=["camera", "lens", "flash"])
    told = [(it.product.title, it.evidence.n_both) for it in content.suggestions]
    assert told == [("case", 7), ("strap", 40)]
    assert content.suggestions[0].anchor_id == shop["lens"].pk


def test_what_chance_may_explain_takes_no_place_of_what_it_does_not(shop):
    shop.place("cart", min_items=1)
    shop.bought_with("camera", *(f"chance {n}" for n in range(70)), score=9.0, lift_lower=0.5)
    shop.bought_with("camera", "strap", score=0.1)
    assert shop.shown("cart", cart=["camera"]) == ["strap"]


def test_a_pin_shows_without_the_evidence_that_would_not_hold(shop):
    shop.bought_with("camera", "strap", n_both=2)
    shop.relate("camera", "strap", "case")
    content = shop.content("product-page", "camera")
    shown = [(it.product.title, it.evidence) for it in content.suggestions]
    assert shown == [("strap", None), ("case", None)]


def test_equal_scores_and_positions_have_one_order(shop):
    shop.place("cart", min_items=1, sources=["mined"])
    for anchor, n_both in (("lens", 4), ("camera", 40)):
        shop.bought_with(anchor, "strap", score=0.5, n_both=n_both)
    content = shop.content("cart", cart=["lens", "camera"])
    assert [it.evidence.n_both for it in content.suggestions] == [40]
