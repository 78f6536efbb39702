"""Offers in a row: first the better one, after a no the smaller, after a yes what goes with it."""

from datetime import UTC, datetime, timedelta

import pytest

from xsell.models import AttentionBudget, Encounter, Offer

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
SHOWN = ""


@pytest.fixture
def counter(shop):
    """A big one; after a no a small one, after a yes a strap, after which comes a film."""
    shop.place("checkout-bump", max_items=4)
    film = shop.offer("film", kind=Offer.Kind.ADD_ON)
    strap = shop.offer("strap", next_if_accepted=film)
    small = shop.offer("small", kind=Offer.Kind.DOWNSELL, next_if_declined=strap)
    big = shop.offer("big", next_if_declined=small, next_if_accepted=strap)
    return {"shop": shop, "big": big, "small": small, "strap": strap, "film": film}


def answer(counter, name, said, *, minutes=1, visit="now", placement="checkout-bump"):
    """The shopper said yes or no to the offer, so many minutes ago."""
    moment = NOW - timedelta(minutes=minutes)
    answered = {"accepted_at": moment} if said == "yes" else {"declined_at": moment}
    source = f"offer:{counter[name].pk}"
    Encounter.objects.create(source=source, visit=visit, placement=placement, **answered)


def shown(counter, *, in_cart=(), slug="checkout-bump"):
    page = counter["shop"].page(cart=["camera", *in_cart], at=NOW, visit="now")
    return [it.product.title for it in page.placement(slug).suggestions]


ROWS = [
    # what was said, in turn                                  shown then
    ([], ["big"]),
    ([("big", "no")], ["small"]),
    ([("big", "no"), ("small", "no")], ["strap"]),
    ([("big", "no"), ("small", "yes")], []),
    ([("big", "yes")], ["strap"]),
    ([("big", "yes"), ("strap", "yes")], ["film"]),
    ([("big", "yes"), ("strap", "no")], []),
    # The film would be the fourth in a row.
    ([("big", "no"), ("small", "no"), ("strap", "yes")], []),
]


@pytest.mark.parametrize(("said", "expected"), ROWS)
def test_an_answer_leads_to_the_next_offer(counter, said, expected):
    for name, yes_or_no in said:
        answer(counter, name, yes_or_no)
    in_cart = [name for name, it in said if it == "yes"]
    assert shown(counter, in_cart=in_cart) == expected


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"minutes": 29}, ["small"]),
        ({"minutes": 31}, []),
        ({"visit": "before"}, ["big"]),
    ],
)
def test_an_answer_leads_on_for_half_an_hour_of_the_same_visit(counter, how, expected):
    answer(counter, "big", "no", **how)
    assert shown(counter) == expected


def test_what_follows_comes_where_the_answer_was_given(counter):
    counter["shop"].place("cart", min_items=1)
    answer(counter, "big", "no", placement="cart")
    assert shown(counter) == []
    assert shown(counter, slug="cart") == ["small"]


def test_it_says_after_which_answer_it_comes(counter):
    page = counter["shop"].page(cart=["camera"], at=NOW, tells_all=True)
    reasons = {
        counter["shop"].name_of(it.product_id): it.reason
        for it in page.placement("checkout-bump").decisions
    }
    big, small, strap = (f"offer:{counter[it].pk}" for it in ("big", "small", "strap"))
    assert reasons["small"] == f"it comes after a no to {big}"
    assert reasons["strap"] == f"it comes after a no to {small} or a yes to {big}"
    assert reasons["film"] == f"it comes after a yes to {strap}"


def test_what_follows_a_paused_offer_does_not_come_on_its_own(counter):
    Offer.objects.filter(pk=counter["big"].pk).update(state="paused")
    assert shown(counter) == []


def test_a_downsell_that_follows_nothing_never_comes(counter):
    Offer.objects.update(next_if_declined=None, next_if_accepted=None)
    assert "small" not in shown(counter)


@pytest.mark.parametrize(("in_a_row", "expected"), [(1, []), (2, ["small"])])
def test_the_budget_says_how_many_come_in_a_row(counter, in_a_row, expected):
    AttentionBudget.objects.create(in_a_row=in_a_row)
    answer(counter, "big", "no")
    assert shown(counter) == expected


def test_only_a_follow_up_offers_the_way_out_of_all_offers(counter):
    def is_follow_up():
        page = counter["shop"].page(cart=["camera"], at=NOW, visit="now")
        return [it.offer.is_follow_up for it in page.placement("checkout-bump").suggestions]

    assert is_follow_up() == [False]
    answer(counter, "big", "no")
    assert is_follow_up() == [True]


BUDGETS = [
    # per page   places      shown
    (3, 4, 3),
    (1, 4, 1),
    (9, 4, 4),
]


@pytest.mark.parametrize(("per_page", "places", "expected"), BUDGETS)
def test_a_page_has_one_budget_over_all_its_placements(shop, per_page, places, expected):
    AttentionBudget.objects.create(offers_per_page=per_page)
    shop.place("checkout-bump", max_items=2)
    shop.place("cart", sources=["offers"], offer_kind="bump", min_items=1, max_items=2)
    for number in range(places):
        shop.offer(f"thing {number}")
    page = shop.page(cart=["camera"])
    found = [it for slug in ("cart", "checkout-bump") for it in page.placement(slug).suggestions]
    assert len(found) == expected


def test_a_visit_sees_so_many_different_offers_and_those_again(shop):
    AttentionBudget.objects.create(offers_per_session=2)
    shop.place("checkout-bump", max_items=4)
    offers = [shop.offer(f"thing {number}") for number in range(4)]
    for offer in offers[1:3]:
        Encounter.objects.create(source=f"offer:{offer.pk}", visit="now", n_seen=1)
    assert shop.shown("checkout-bump", cart=["camera"], visit="now") == ["thing 1", "thing 2"]
    assert len(shop.shown("checkout-bump", cart=["camera"], visit="tomorrow")) == 2


def test_what_a_shopper_is_not_to_see_takes_no_place_of_what_may_show(shop):
    shop.stock(*(f"thing {number}" for number in range(30)))
    leading = shop.offer("camera")
    for number in range(30):
        offer = shop.offer(f"thing {number}", priority=1)
        Encounter.objects.create(source=f"offer:{offer.pk}", visit="before", customer_id="7")
    rows = Encounter.objects.filter(customer_id="7")
    rows.update(declined_at=NOW - timedelta(days=1))
    follower = shop.offer("follower", priority=1)
    Offer.objects.filter(pk=leading.pk).update(next_if_accepted=follower)
    shop.offer("strap", priority=50)
    page = shop.page(cart=["camera"], at=NOW, visit="now", customer_id="7")
    assert [it.product.title for it in page.placement("checkout-bump").suggestions] == ["strap"]


def test_a_click_is_not_lost_among_many_other_offers(shop):
    for number in range(30):
        shop.offer(f"thing {number}", priority=1)
    late = shop.offer("strap", priority=50)
    page = shop.page(cart=["camera"])
    offered = page.offered(late.pk, "checkout-bump", ())
    assert offered.product_id == shop["strap"].pk
