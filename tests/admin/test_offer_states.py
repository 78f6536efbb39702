"""Offers made live, put in shadow, paused and taken back, many at a time."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from tests import factories as make
from xsell.models import Offer, OfferCondition


def turned(desk, action, *offers):
    """Messages that the list shows after the action."""
    response = desk.client.post(
        reverse("admin:xsell_offer_changelist"),
        {"action": action, "_selected_action": [offer.pk for offer in offers]},
        follow=True,
    )
    return [str(it) for it in response.context["messages"]]


def states():
    return dict(Offer.objects.order_by("pk").values_list("name", "state"))


@pytest.mark.parametrize(
    ("action", "state", "word"),
    [
        ("make_live", "live", "Live"),
        ("put_in_shadow", "shadow", "Shadow"),
        ("pause", "paused", "Paused"),
        ("make_draft", "draft", "Draft"),
    ],
)
def test_an_action_says_in_numbers_what_it_did(desk, shop, action, state, word):
    others = [it for it in ("draft", "live", "shadow", "paused") if it != state]
    offers = [shop.offer("strap", state=it) for it in (*others, state)]
    left = shop.offer("case", name="Not chosen", state=others[0])
    assert turned(desk, action, *offers) == [
        f"3 offers were changed to: {word}.",
        f"1 offer was in this state already: {word}.",
    ]
    assert {it for name, it in states().items() if name != "Not chosen"} == {state}
    assert Offer.objects.get(pk=left.pk).state == others[0]


def test_an_action_is_written_into_the_history_of_each_offer(desk, merchandiser, shop):
    offer = shop.offer("strap", state="draft")
    turned(desk, "make_live", offer)
    (entry,) = LogEntry.objects.all()
    assert (entry.object_id, entry.user) == (str(offer.pk), merchandiser)
    assert entry.get_change_message() == "State: from Draft to Live."


def broken(offer):
    Offer.objects.filter(pk=offer.pk).update(headline="")
    return "Headline: This field cannot be blank."


def unreadable(offer):
    OfferCondition.objects.filter(offer=offer).update(value="soon")
    return "Value: Give weekdays from 1 (Monday) to 7, as in 1,2,5."


def replacing(offer):
    Offer.objects.filter(pk=offer.pk).update(kind="upsell")
    return "In the place of: Say which: an up-sell replaces."


@pytest.mark.parametrize("spoil", [broken, unreadable, replacing])
@pytest.mark.parametrize(
    ("action", "is_refused"),
    [("make_live", True), ("put_in_shadow", True), ("pause", False), ("make_draft", False)],
)
def test_nothing_wrong_goes_live_and_all_can_be_paused(desk, shop, spoil, action, is_refused):
    before = "draft" if action == "pause" else "paused"
    wrong = shop.offer("strap", {"weekdays": "1"}, name="Wrong", state=before)
    right = shop.offer("case", name="Right", state=before)
    reason = spoil(wrong)
    said = turned(desk, action, wrong, right)
    refusal = f"Left as it was, because something is wrong with it: Wrong: {reason}"
    assert (refusal in said) == is_refused
    assert (states()["Wrong"] == before) == is_refused
    assert states()["Right"] != before


def test_of_many_that_are_refused_a_few_are_named(desk, shop):
    offers = [shop.offer("strap", state="draft") for _ in range(12)]
    Offer.objects.update(headline="")
    said = turned(desk, "make_live", *offers)
    assert len(said) == 11
    assert said[-1] == "2 more offers were left as they were."


def test_shoppers_see_at_once_what_was_made_live(desk, shop):
    offer = shop.offer("strap", state="draft")
    assert shop.shown("checkout-bump", cart=["camera"]) == []
    turned(desk, "make_live", offer)
    assert shop.shown("checkout-bump", cart=["camera"]) == ["strap"]
    turned(desk, "pause", offer)
    assert shop.shown("checkout-bump", cart=["camera"]) == []


def test_who_may_only_look_turns_nothing(client, shop, desk):
    offer = shop.offer("strap", state="draft")
    user = make.UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_offer"))
    client.force_login(user)
    turned(desk, "make_live", offer)
    assert states() == {offer.name: "draft"}
