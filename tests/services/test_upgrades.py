"""The up-sell that replaces, and its undo: nothing is lost, and what differs is said."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from demo_shop.models import CartLine
from tests.queries import reads_and_writes
from tests.tokens import click, request_of, send, token_for
from xsell.adapters import get_adapter
from xsell.models import Acceptance
from xsell.models.acceptances import counted
from xsell.selection.upgrades import last_upgrade
from xsell.services.orders import record_order
from xsell.services.pricing import price_cart

OVER = "This cannot be taken back any more."
REPLACED = "better is now in your cart in the place of good."
BACK = "good is in your cart again in the place of better."


def held():
    """Units of each product, and of each set of options."""
    return {
        (line.product.title, *line.options): line.quantity
        for line in CartLine.objects.select_related("product")
    }


def said(response):
    """The last thing that the shopper was told."""
    told = [str(it) for it in get_messages(response.wsgi_request)]
    return told[-1] if told else ""


def upgrades(client, shop, former="good", better="better", **fields):
    return click(client, "upgrade", shop[better], current_id=shop[former].pk, **fields)


def undoes(client, key=None):
    """Press "Undo" for the last upgrade, or for the one with the key."""
    key = key or Acceptance.objects.filter(kind="upgrade").latest("pk").key
    return click(client, "undo", source=key)


def test_an_upgrade_says_what_took_whose_place(ladder, client, cart):
    cart({("good",): 3})
    assert said(upgrades(client, ladder)) == REPLACED
    assert held() == {("better",): 3}


BEFORE_AND_AFTER = [
    # the cart, what the shopper changes after the upgrade, after undo, what is said more
    ({("good",): 3}, {}, {("good",): 3}, ""),
    ({("good", "engraved"): 2}, {}, {("good", "engraved"): 2}, ""),
    ({("good",): 1, ("strap",): 4}, {}, {("good",): 1, ("strap",): 4}, ""),
    ({("good",): 3}, {"better": 1}, {("good",): 1}, "It is 1 now, as many as you had left."),
    ({("good",): 3}, {"better": 2}, {("good",): 2}, "They are 2 now, as many as you had left."),
    (
        {("good",): 3},
        {"better": 5},
        {("good",): 3, ("better",): 2},
        "2 of better stay in your cart: you had them besides.",
    ),
    (
        {("good",): 3, ("better",): 1},
        {},
        {("good",): 3, ("better",): 1},
        "1 of better stays in your cart: you had it besides.",
    ),
    (
        {("good",): 3, ("better",): 2},
        {"better": 2},
        {("good",): 2},
        "They are 2 now, as many as you had left.",
    ),
    ({("good", "engraved"): 2, ("better",): 1}, {}, None, ""),
    ({("good", "engraved"): 1, ("good",): 4}, {}, None, ""),
]


@pytest.mark.parametrize(("before", "changes", "after", "more"), BEFORE_AND_AFTER)
def test_undo_gives_back_what_was_there_and_says_what_is_otherwise(
    ladder, client, cart, before, changes, after, more
):
    cart(before)
    upgrades(client, ladder)
    for title, quantity in changes.items():
        CartLine.objects.filter(product=ladder[title]).update(quantity=quantity)
    units = sum(held().values())
    assert said(undoes(client)) == " ".join(filter(None, [BACK, more]))
    assert held() == (before if after is None else after)
    assert sum(held().values()) == units


def test_a_line_with_options_that_has_grown_stays_as_it_is(ladder, client, cart):
    """Another line with the same options could not be made."""
    cart({("good", "engraved"): 2})
    upgrades(client, ladder)
    CartLine.objects.update(quantity=3)
    assert said(undoes(client)) == (
        "Your cart has more of better now than you upgraded: please change it there."
    )
    assert held() == {("better", "engraved"): 3}
    assert not Acceptance.objects.exclude(expires_at=None).exists()


def test_what_was_put_into_the_cart_since_joins_what_comes_back(ladder, client, cart):
    cart({("good",): 3})
    upgrades(client, ladder)
    click(client, "add", ladder["good"])
    undoes(client)
    assert held() == {("good",): 4}


def test_a_step_down_is_undone_the_same_way(ladder, client, cart):
    cart({("best",): 2})
    upgrades(client, ladder, "best", "good")
    assert held() == {("good",): 2}
    undoes(client)
    assert held() == {("best",): 2}


def test_two_upgrades_are_undone_one_after_the_other(ladder, client, cart):
    cart({("good",): 2})
    upgrades(client, ladder)
    upgrades(client, ladder, "better", "best")
    for titles in ({("better",): 2}, {("good",): 2}):
        request = request_of(client)
        last = last_upgrade(get_adapter().cart(request), timezone.now())
        undoes(client, last.key)
        assert held() == titles


NOT_ANY_MORE = [
    # what happened since, what is said, the cart
    (lambda shop: stock(shop, "good", 0), "This product is not available any more.", 3),
    (lambda shop: stock(shop, "good", 2), "Only 2 of good are left.", 3),
    (lambda shop: stock(shop, "good", 2, rest=5), "Only 2 of good are left.", 5),
    (lambda shop: stock(shop, "better", 1, rest=5), "Only 1 of better is left.", 5),
]


def stock(shop, title, units, rest=None):
    shop[title].stock = units
    shop[title].save()
    if rest is not None:
        CartLine.objects.update(quantity=rest)


@pytest.mark.parametrize(("since", "reason", "units"), NOT_ANY_MORE)
def test_what_cannot_be_had_any_more_is_said_and_nothing_changes(
    ladder, client, cart, since, reason, units
):
    cart({("good",): 3})
    upgrades(client, ladder)
    since(ladder)
    assert said(undoes(client)) == f"{reason} better stays in your cart."
    assert held() == {("better",): units}
    row = Acceptance.objects.get()
    assert (row.expires_at, "taken_back" in row.terms) == (None, False)
    stock(ladder, "good", 20)
    stock(ladder, "better", 20)
    undoes(client)
    assert held()["good",] == 3


def test_what_has_left_the_cart_cannot_be_taken_back(ladder, client, cart):
    cart({("good",): 3})
    upgrades(client, ladder)
    CartLine.objects.all().delete()
    assert said(undoes(client)) == "better is not in your cart any more."
    assert held() == {}


def test_a_second_click_changes_nothing_more_and_says_the_same(ladder, client, cart):
    cart({("good",): 3, ("better",): 2})
    upgrades(client, ladder)
    key = Acceptance.objects.get().key
    first_tab, second_tab = (token_for(client, "undo", source=key) for _ in range(2))
    told = [said(send(client, token)) for token in (first_tab, first_tab, second_tab)]
    assert len(set(told)) == 1
    assert held() == {("good",): 3, ("better",): 2}


def test_an_upgrade_that_was_taken_back_never_counts_again(ladder, client, cart):
    cart({("good",): 3, ("better",): 1})
    upgrades(client, ladder)
    now = timezone.now()
    assert Acceptance.objects.filter(counted(now)).count() == 1
    undoes(client)
    row = Acceptance.objects.get()
    assert not Acceptance.objects.filter(counted(timezone.now())).exists()
    assert row.terms["taken_back"]["reason"] == "undone"
    assert now <= row.expires_at <= timezone.now()
    # The better one is still in the cart, but not for the upgrade.
    record_order(order_ref="A1", quote=price_cart(request_of(client)))
    row.refresh_from_db()
    assert (row.order_ref, row.expires_at is None) == ("", False)


def test_the_button_of_an_upgrade_that_was_taken_back_says_so(ladder, client, cart):
    cart({("good",): 3})
    token = token_for(client, "upgrade", ladder["better"], current_id=ladder["good"].pk)
    send(client, token)
    undoes(client)
    assert said(send(client, token)) == (
        "You have taken this back. Please open the page again to choose anew."
    )
    assert held() == {("good",): 3}


def test_what_is_ordered_is_not_taken_back(ladder, client, cart):
    cart({("good",): 3})
    upgrades(client, ladder)
    record_order(order_ref="A1", quote=price_cart(request_of(client)))
    assert said(undoes(client)) == OVER
    assert held() == {("better",): 3}


@pytest.mark.parametrize(("hours", "may"), [(23, True), (25, False)])
def test_for_a_day_it_can_be_taken_back(ladder, client, cart, hours, may):
    cart({("good",): 3})
    upgrades(client, ladder)
    Acceptance.objects.update(accepted_at=timezone.now() - timedelta(hours=hours))
    now, request = timezone.now(), request_of(client)
    assert (last_upgrade(get_adapter().cart(request), now) is not None) is may
    assert (said(undoes(client)) == BACK) is may


def test_what_replaced_nothing_has_no_undo(ladder, client):
    upgrades(client, ladder)
    assert last_upgrade(get_adapter().cart(request_of(client)), timezone.now()) is None
    assert said(undoes(client)) == OVER
    assert held() == {("better",): 1}


@pytest.mark.parametrize("key", ["no such click", ""])
def test_a_click_that_there_never_was_is_refused(ladder, client, cart, key):
    cart({("good",): 1})
    assert said(click(client, "undo", source=key)) == OVER


def test_nobody_undoes_what_another_shopper_took(ladder, client, cart):
    cart({("good",): 3})
    upgrades(client, ladder)
    key, somebody = Acceptance.objects.get().key, Client()
    click(somebody, "add", ladder["strap"])
    assert click(somebody, "undo", source=key).status_code == 403
    assert held() == {("better",): 3, ("strap",): 1}


def test_the_last_upgrade_is_one_query_and_none_for_an_empty_cart(ladder, client, cart):
    filled = cart({("good",): 3})
    upgrades(client, ladder)
    held_now = get_adapter().cart(request_of(client))
    filled.lines.all().delete()
    emptied = get_adapter().cart(request_of(client))
    for number, one in ((1, held_now), (0, emptied)):
        with CaptureQueriesContext(connection) as queries:
            last_upgrade(one, timezone.now())
        assert reads_and_writes(queries) == (number, 0)
