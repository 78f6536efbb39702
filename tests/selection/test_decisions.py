"""Which offer shows to whom, when, and why not the others: as tables that a merchandiser can read.

Each row: the offer's conditions, the cart, the shopper, the moment, and what comes of it.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests import factories as make
from xsell.models import Encounter, Offer

SHOWN = ""
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def counter(shop):
    """Cameras for 100.00, films for 5.00, a strap for 10.00: and one place for offers."""
    shop.stock("camera", price=Decimal("100.00"))
    shop.stock("better camera", price=Decimal("130.00"), category=shop["camera"].category)
    shop.stock("film", price=Decimal("5.00"), stock=3)
    shop.stock("strap", price=Decimal("10.00"))
    shop.place("checkout-bump", max_items=1)
    return shop


def why_not(shop, name, **around):
    """Why the offer of the product does not show; nothing if it does."""
    page = shop.page(tells_all=True, **around)
    content = page.placement("checkout-bump")
    if [it.product.title for it in content.suggestions] == [name]:
        return SHOWN
    decisions = [it for it in content.decisions if shop.name_of(it.product_id) == name]
    return " ".join(it.reason for it in decisions if not it.kept)


CART = [
    # conditions of the offer of a strap            cart                         why not
    ([], ["camera"], SHOWN),
    ([{"has_product": "camera"}], ["camera"], SHOWN),
    ([{"has_product": "camera"}], ["film"], "wants the cart or the page has camera"),
    ([{"not has_product": "film"}], ["camera"], SHOWN),
    ([{"not has_product": "film"}], ["camera", "film"], "wants not: the cart or the page has film"),
    ([{"has_product": "camera", "not has_product": "film"}], ["camera"], SHOWN),
    ([{"has_product": "camera", "not has_product": "film"}], ["camera", "film"], "wants not:"),
    ([{"has_product": "film"}, {"has_product": "camera"}], ["camera"], SHOWN),
    ([{"has_product": "film"}, {"total_at_least": 500}], ["camera"], "film, or the cart comes to"),
    ([{"total_at_least": 100}], ["camera"], SHOWN),
    ([{"total_at_least": "100.01"}], ["camera"], "wants the cart comes to 100.01"),
    ([{"not total_at_least": 100}], ["film"], SHOWN),
    ([{"not total_at_least": 100}], ["camera"], "wants not: the cart comes to 100"),
    ([{"units_at_least": 2}], ["camera", "film"], SHOWN),
    ([{"units_at_least": 3}], ["camera", "film"], "wants the cart has 3 units"),
    ([{"kinds_at_least": 2}], ["camera", "film"], SHOWN),
    ([{"kinds_at_least": 2}], ["camera"], "wants the cart has 2 different products"),
    ([{"has_product": "camera", "total_at_least": 105}], ["camera", "film"], SHOWN),
    ([{"stock_at_least": ("film", 3)}], ["camera"], SHOWN),
    ([{"stock_at_least": ("film", 4)}], ["camera"], "wants 4 of film are in stock"),
    ([{"not stock_at_least": ("film", 4)}], ["camera"], SHOWN),
    ([], ["camera", "strap"], "already in the cart"),
]


@pytest.mark.parametrize(("conditions", "cart", "reason"), CART)
def test_what_the_cart_decides(counter, conditions, cart, reason):
    counter.offer("strap", *conditions)
    assert_reason(why_not(counter, "strap", cart=cart), reason)


def assert_reason(found, expected):
    assert expected in found
    assert (found == SHOWN) == (expected == SHOWN)


@pytest.mark.parametrize(
    ("cart", "reason"),
    [
        (["camera"], SHOWN),
        (["film"], "wants with its product a bundle is whole"),
        ([], "wants with its product a bundle is whole"),
    ],
)
def test_an_offer_may_wait_until_its_product_makes_a_bundle_whole(counter, cart, reason):
    counter.bundle(10, {"camera": 1, "strap": 1})
    counter.offer("strap", {"discount_is_near": None})
    assert_reason(why_not(counter, "strap", cart=cart), reason)


SHOPPERS = [
    # conditions                                 shopper                                why not
    ([{"is_customer": None}], {"customer_id": "7"}, SHOWN),
    ([{"is_customer": None}], {}, "wants the shopper is logged in"),
    ([{"not is_customer": None}], {}, SHOWN),
    ([{"not is_customer": None}], {"customer_id": "7"}, "wants not: the shopper is logged in"),
    ([{"shopper_is": ("country", "DE")}], {"country": "de"}, SHOWN),
    ([{"shopper_is": ("country", "DE")}], {"country": "FR"}, "wants country is DE"),
    ([{"shopper_is": ("country", "DE")}], {}, "wants country is DE"),
    ([{"not shopper_is": ("country", "DE")}], {"country": "FR"}, SHOWN),
    ([{"not shopper_is": ("country", "DE")}], {"country": "DE"}, "wants not: country is DE"),
    ([{"not shopper_is": ("country", "DE")}], {}, "wants not: country is DE"),
    ([{"shopper_is": ("channel", "app")}], {"channel": "App"}, SHOWN),
    ([{"shopper_is": ("channel", "app")}], {"channel": "web"}, "wants channel is app"),
    ([{"shopper_is": ("currency", "USD")}], {"currency": "USD"}, SHOWN),
    ([{"shopper_is": ("age_band", "60+")}], {"facts": {"age_band": "60+"}}, SHOWN),
    ([{"shopper_is": ("age_band", "60+")}], {"facts": {"age_band": "25-34"}}, "age_band is 60+"),
    ([{"shopper_is": ("language", "de")}], {"language": "en"}, "wants language is de"),
]


@pytest.mark.parametrize(("conditions", "shopper", "reason"), SHOPPERS)
def test_what_the_shopper_decides(counter, conditions, shopper, reason):
    counter.offer("strap", *conditions)
    assert_reason(why_not(counter, "strap", cart=["camera"], **shopper), reason)


def berlin(*moment):
    return datetime(*moment, tzinfo=BERLIN)


TIMES = [
    # conditions, or the offer's own dates            moment in Berlin              why not
    ({"weekdays": "1,2"}, berlin(2026, 11, 23, 0, 0), SHOWN),
    ({"weekdays": "1,2"}, berlin(2026, 11, 25, 0, 0), "wants it is weekday 1,2"),
    ({"weekdays": "7"}, berlin(2026, 11, 29, 23, 59), SHOWN),
    ({"not weekdays": "6,7"}, berlin(2026, 11, 29, 12, 0), "wants not: it is weekday 6,7"),
    ({"hours": "08:00-12:00"}, berlin(2026, 11, 23, 8, 0), SHOWN),
    ({"hours": "08:00-12:00"}, berlin(2026, 11, 23, 12, 0), "wants it is between 08:00-12:00"),
    ({"hours": "22:00-02:00"}, berlin(2026, 11, 23, 23, 30), SHOWN),
    ({"hours": "22:00-02:00"}, berlin(2026, 11, 23, 1, 59), SHOWN),
    ({"hours": "22:00-02:00"}, berlin(2026, 11, 23, 2, 0), "wants it is between 22:00-02:00"),
    # The clocks go back on 25 October 2026 at 3:00 and forward on 29 March 2026 at 2:00.
    ({"hours": "02:00-03:00"}, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), SHOWN),
    ({"hours": "02:00-03:00"}, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), SHOWN),
    ({"hours": "02:00-03:00"}, datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "it is between"),
    ({"hours": "02:00-03:00"}, datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "it is between"),
    ({"hours": "02:00-03:00"}, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "it is between"),
    ({"dates": "2026-12-01/2026-12-24"}, berlin(2026, 12, 1, 0, 0), SHOWN),
    ({"dates": "2026-12-01/2026-12-24"}, berlin(2026, 12, 24, 23, 59), SHOWN),
    ({"dates": "2026-12-01/2026-12-24"}, berlin(2026, 12, 25, 0, 0), "it is between"),
    ({"dates": "2026-10-25/2026-10-25"}, datetime(2026, 10, 24, 22, 0, tzinfo=UTC), SHOWN),
    ({"dates": "2026-10-25/2026-10-25"}, datetime(2026, 10, 25, 22, 59, tzinfo=UTC), SHOWN),
    ({"dates": "2026-10-25/2026-10-25"}, datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "between"),
    ({"starts_at": berlin(2026, 12, 1, 0, 0)}, berlin(2026, 11, 30, 23, 59), "schedule"),
    ({"starts_at": berlin(2026, 12, 1, 0, 0)}, berlin(2026, 12, 1, 0, 0), SHOWN),
    ({"ends_at": berlin(2026, 12, 1, 0, 0)}, berlin(2026, 11, 30, 23, 59), SHOWN),
    ({"ends_at": berlin(2026, 12, 1, 0, 0)}, berlin(2026, 12, 1, 0, 0), "schedule"),
]


@pytest.mark.parametrize("active", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize(("conditions", "moment", "reason"), TIMES)
def test_what_the_hour_in_the_shop_decides_wherever_the_shopper_is(
    counter, settings, conditions, moment, reason, active
):
    settings.TIME_ZONE = "Europe/Berlin"
    own = {it: value for it, value in conditions.items() if it.endswith("_at")}
    group = {it: value for it, value in conditions.items() if it not in own}
    counter.offer("strap", *([group] if group else []), **own)
    with timezone.override(active):
        assert_reason(why_not(counter, "strap", cart=["camera"], at=moment), reason)


NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def ago(**span):
    return NOW - timedelta(**span)


MET = [
    # the offer's caps                the shopper's dealings with it                    why not
    ({}, {}, SHOWN),
    ({"shown_per_session": 2}, {"n_seen": 1}, SHOWN),
    ({"shown_per_session": 2}, {"n_seen": 2}, "seen 2 times in this visit, 2 is enough"),
    ({"shown_per_session": 2}, {"n_seen": 9, "visit": "before"}, SHOWN),
    ({"shown_per_customer": 3}, {"n_seen": 2, "visit": "before"}, SHOWN),
    ({"shown_per_customer": 3}, {"n_seen": 3, "visit": "before"}, "seen 3 times by this shopper"),
    ({"shown_per_customer": 3}, {"n_seen": 9, "visit": "x", "customer_id": "8"}, SHOWN),
    ({}, {"declined_at": ago(days=29)}, "declined on 2026-10-29, rests until 2026-11-28"),
    ({}, {"declined_at": ago(days=30)}, SHOWN),
    ({}, {"declined_at": ago(days=1), "visit": "before"}, "declined on 2026-11-26"),
    ({}, {"declined_at": ago(days=1), "visit": "x", "customer_id": "8"}, SHOWN),
    ({"cool_down_days": 0}, {"declined_at": ago(minutes=1)}, SHOWN),
    ({}, {"source": "everything", "declined_at": ago(hours=1)}, "asked for no more offers"),
    ({}, {"source": "everything", "declined_at": ago(hours=1), "visit": "before"}, SHOWN),
]


@pytest.mark.parametrize(("caps", "met", "reason"), MET)
def test_what_was_seen_and_said_decides(counter, caps, met, reason):
    offer = counter.offer("strap", **caps)
    own = {"source": f"offer:{offer.pk}", "visit": "now", "customer_id": "7", **met}
    if met:
        Encounter.objects.create(**own)
    shopper = {"visit": "now", "customer_id": "7"}
    assert_reason(why_not(counter, "strap", cart=["camera"], at=NOW, **shopper), reason)


@pytest.mark.parametrize(
    ("days", "ordered", "reason"),
    [
        (14, None, SHOWN),
        (14, 13, "the last order was on 2026-11-14, it waits for 14 days"),
        (14, 14, SHOWN),
        (None, 0, SHOWN),
    ],
)
def test_an_offer_may_wait_after_an_order(counter, days, ordered, reason):
    customer = make.UserFactory()
    if ordered is not None:
        order = make.OrderFactory(customer=customer, placed_at=ago(days=ordered))
        make.OrderLineFactory(order=order, product=counter["film"])
    counter.offer("strap", days_after_purchase=days)
    around = {"cart": ["camera"], "at": NOW, "customer_id": str(customer.pk)}
    assert_reason(why_not(counter, "strap", **around), reason)


def test_after_three_noes_nothing_is_offered_in_this_visit(counter):
    counter.offer("strap")
    for number in range(3):
        Encounter.objects.create(source=f"offer:{900 + number}", visit="now", declined_at=NOW)
    assert "said no 3 times" in why_not(counter, "strap", cart=["camera"], at=NOW, visit="now")
    assert why_not(counter, "strap", cart=["camera"], at=NOW, visit="tomorrow") == SHOWN


@pytest.mark.parametrize(
    ("state", "reason"),
    [("shadow", "in shadow: would be number 1"), ("paused", ""), ("draft", "")],
)
def test_an_offer_in_shadow_is_decided_and_not_shown(counter, state, reason):
    counter.offer("strap", state=state)
    counter.offer("film", priority=200)
    assert counter.shown("checkout-bump", cart=["camera"]) == ["film"]
    assert reason in why_not(counter, "strap", cart=["camera"])


UPSELLS = [
    # cart                        why not
    (["camera"], SHOWN),
    (["film"], "wants camera to replace"),
    (["camera", "better camera"], "already in the cart"),
]


@pytest.mark.parametrize(("cart", "reason"), UPSELLS)
def test_an_upsell_wants_what_it_replaces(counter, cart, reason):
    counter.place("checkout-bump", offer_kind=Offer.Kind.UPSELL)
    counter.offer("better camera", kind=Offer.Kind.UPSELL, replaced_product="camera")
    assert_reason(why_not(counter, "better camera", cart=cart), reason)


def test_an_upsell_tells_what_it_costs_more(counter):
    counter.place("checkout-bump", offer_kind=Offer.Kind.UPSELL)
    terms = {"benefit": "amount", "benefit_amount": 5, "benefit_currency": "USD"}
    counter.offer("better camera", kind=Offer.Kind.UPSELL, replaced_product="camera", **terms)
    (suggestion,) = counter.content("checkout-bump", cart=["camera"]).suggestions
    assert suggestion.offer.replaced.title == "camera"
    assert (suggestion.offer.price, suggestion.offer.difference) == (Decimal(125), Decimal(25))
