"""The terms of offers as JSON, and the tokens of their buttons: a yes, a no, and enough of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from demo_shop.models import CartLine
from xsell.api.serializers import MomentField
from xsell.models import Encounter

PLAIN = {
    "text": "",
    "price": None,
    "struck": None,
    "saving_percent": None,
    "gift": None,
    "code": "",
    "has_free_shipping": False,
    "is_personal": False,
    "replaced": None,
    "difference": None,
    "units": 1,
    "most_units": None,
    "included_units": 0,
    "is_always_there": False,
    "ends_at": None,
    "is_follow_up": False,
}
IN_A_WEEK = timezone.now().replace(microsecond=0) + timedelta(days=7)


def held():
    return dict(CartLine.objects.values_list("product__title", "quantity"))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, {}),
        ({"text": "Leather."}, {"text": "Leather."}),
        ({"benefit": "percent", "saving_percent": 20}, {"price": "10.00"}),
        ({"benefit": "code", "code": "SUN"}, {"code": "SUN"}),
        ({"benefit": "free_shipping"}, {"has_free_shipping": True}),
        ({"units": "as_trigger"}, {"units": 3}),
        ({"ends_at": IN_A_WEEK}, {}),
        (
            {"ends_at": IN_A_WEEK, "shows_end": True},
            {"ends_at": IN_A_WEEK.astimezone(UTC).isoformat()},
        ),
    ],
)
def test_an_offer_tells_its_terms_and_no_more(shop, ask, hold, fields, told):
    offer = shop.offer("strap", {"has_product": "camera"}, **fields)
    hold("camera")
    CartLine.objects.update(quantity=3)
    (bump,) = ask("checkout-bump").json()["suggestions"]
    own = {"id": offer.pk, "kind": "bump", "headline": "Before you pay"}
    assert bump["offer"] == {**own, **PLAIN, **told}
    if told.get("ends_at"):
        assert datetime.fromisoformat(told["ends_at"]).utcoffset() == timedelta(0)


@pytest.mark.parametrize("is_aware", [True, False])
def test_a_time_has_its_offset_whatever_the_project_keeps(settings, is_aware):
    """A shop in Berlin, with times of its own or without zones."""
    settings.TIME_ZONE, settings.USE_TZ = "Europe/Berlin", is_aware
    naive = datetime(2026, 7, 1, 12)  # noqa: DTZ001 - as such a shop has it
    moment = naive.replace(tzinfo=ZoneInfo("Europe/Berlin")) if is_aware else naive
    assert MomentField().to_representation(moment) == "2026-07-01T10:00:00+00:00"


def test_a_gift_is_told_as_a_product_is(shop, ask, hold):
    shop.offer("strap", benefit="gift", gift_product=shop["case"])
    hold("camera")
    (bump,) = ask("checkout-bump").json()["suggestions"]
    assert (bump["offer"]["gift"]["title"], bump["offer"]["gift"]["price"]) == ("case", "19.90")


def test_an_upsell_names_what_it_replaces_and_can_be_taken_back(shop, ask, hold, take):
    shop.stock("better camera", price=Decimal("299.00"))
    shop.offer("better camera", kind="upsell", replaced_product="camera", placement=None)
    shop.place("cart-upgrade", offer_kind="upsell")
    hold("camera", "strap")
    (told,) = ask("cart-upgrade").json()["suggestions"]
    assert told["offer"]["replaced"]["title"] == "camera"
    assert told["offer"]["difference"] == "50.00"
    taken = take(told["token"]).json()
    assert held() == {"better camera": 1, "strap": 1}
    assert "in the place of camera" in taken["changes"][0]["message"]
    assert take(taken["undo_token"]).status_code == 200
    assert held() == {"camera": 1, "strap": 1}


def test_a_no_changes_nothing_and_is_heard(shop, ask, hold, take):
    offer = shop.offer("strap", cool_down_days=30)
    hold("camera")
    (bump,) = ask("checkout-bump").json()["suggestions"]
    assert bump["stop_token"] is None
    answer = take(bump["decline_token"])
    assert (answer.status_code, answer.json()["changes"]) == (200, [])
    assert Encounter.objects.get().source == f"offer:{offer.pk}"
    assert (ask("checkout-bump").json()["suggestions"], held()) == ([], {"camera": 1})


def test_what_follows_an_answer_has_a_way_out_of_everything(shop, ask, hold, take):
    second = shop.offer("case", kind="downsell", headline="Or this")
    shop.offer("strap", next_if_declined=second, cool_down_days=30)
    hold("camera")
    (first,) = ask("checkout-bump").json()["suggestions"]
    take(first["decline_token"])
    (follower,) = ask("checkout-bump").json()["suggestions"]
    assert follower["offer"]["is_follow_up"] is True
    assert follower["product"]["title"] == "case"
    shop.offer("tripod")
    assert take(follower["stop_token"]).json()["changes"] == []
    assert ask("checkout-bump").json()["suggestions"] == []


def test_add_ons_go_with_their_product_at_one_click(shop, ask, take):
    for name in ("strap", "case"):
        shop.offer(name, {"has_product": "camera"}, kind="add_on", most_units=2)
    shown = ask("add-ons", product=shop["camera"].pk).json()
    assert [it["offer"]["most_units"] for it in shown["suggestions"]] == [2, 2]
    also = [it["token"] for it in shown["suggestions"]]
    first = take(shown["product_token"], also=also)
    assert [(it["done"], it["reason"]) for it in first.json()["changes"]] == [(True, "")] * 3
    assert held() == {"camera": 1, "strap": 1, "case": 1}
    assert take(shown["product_token"], also=also).json() == first.json()
    assert held() == {"camera": 1, "strap": 1, "case": 1}


def test_so_many_of_an_add_on_as_are_asked_for(shop, ask, hold, take):
    shop.offer("strap", {"has_product": "camera"}, kind="add_on", most_units=3)
    hold("camera")
    (add_on,) = ask("add-ons", product=shop["camera"].pk).json()["suggestions"]
    answer = take(add_on["token"], units=4)
    assert (answer.status_code, held()) == (409, {"camera": 1})
    assert answer.json() == {"detail": "You can choose up to 3 of these."}
    assert take(add_on["token"], units=3).status_code == 200
    assert held() == {"camera": 1, "strap": 3}


def test_what_is_always_there_comes_along_without_a_button(shop, ask, take):
    shop.offer("case", {"has_product": "camera"}, kind="add_on", fewest_units=1, included_units=1)
    shown = ask("add-ons", product=shop["camera"].pk).json()
    (case,) = shown["suggestions"]
    assert case["offer"]["is_always_there"] is True
    assert [case[it] for it in ("token", "decline_token", "stop_token")] == [None] * 3
    changes = take(shown["product_token"]).json()["changes"]
    assert held() == {"camera": 1, "case": 1}
    assert changes[1]["message"] == "In your cart, too, and included in the price: case."


def test_a_product_that_is_in_the_cart_or_gone_has_no_button(shop, ask, hold):
    shop.stock("sold out", stock=0)
    assert ask("add-ons", product=shop["sold out"].pk).json()["product_token"] is None
    hold("camera")
    assert ask("add-ons", product=shop["camera"].pk).json()["product_token"] is None
    assert ask("cart").json()["product_token"] is None


# ------------------------------------------------------------------------------- the pop-up


@pytest.fixture
def coffee(shop):
    shop.stock("house", price=Decimal("4.00"))
    shop.stock("brand", price=Decimal("5.50"))
    shop.ladder("house", "brand")
    return shop


@pytest.mark.parametrize("slug", ["add-to-cart", "upgrade"])
def test_a_step_up_takes_the_place_of_what_was_just_added(coffee, ask, hold, take, slug):
    hold("house")
    (step,) = ask(slug, product=coffee["house"].pk).json()["suggestions"]
    assert (step["source"], step["step"]["difference"]) == ("tiers", "1.50")
    assert (step["step"]["label"], step["step"]["is_computed"]) == ("Brand", False)
    assert take(step["token"]).status_code == 200
    assert held() == {"brand": 1}


def test_a_no_to_the_step_of_the_pop_up_is_a_no_to_the_step(coffee, ask, hold, take):
    hold("house")
    (step,) = ask("add-to-cart", product=coffee["house"].pk).json()["suggestions"]
    take(step["decline_token"])
    for slug in ("add-to-cart", "upgrade"):
        assert ask(slug, product=coffee["house"].pk).json()["suggestions"] == []


def test_a_visit_has_its_pop_up_once(coffee, ask, hold, see):
    hold("house")
    shown = ask("add-to-cart", product=coffee["house"].pk).json()
    assert len(ask("add-to-cart", product=coffee["house"].pk).json()["suggestions"]) == 1
    assert see(shown["seen_token"]).status_code == 204
    again = ask("add-to-cart", product=coffee["house"].pk).json()
    assert (again["suggestions"], again["heading"], again["seen_token"]) == ([], "", None)
    assert len(ask("upgrade", product=coffee["house"].pk).json()["suggestions"]) == 1


@pytest.mark.parametrize("text", ["camera", "987654"])
def test_a_pop_up_that_was_seen_still_knows_what_is_no_product(coffee, ask, hold, see, text):
    hold("house")
    see(ask("add-to-cart", product=coffee["house"].pk).json()["seen_token"])
    assert ask("add-to-cart", product=text).status_code == (404 if text.isdigit() else 400)
