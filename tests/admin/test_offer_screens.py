"""The list of offers and an offer's screen: kinds, sequences, figures, copies."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from tests.queries import reads_and_writes
from xsell.admin.offer_fields import FIELDSETS, KIND_WORDS
from xsell.models import Encounter, Offer, Placement

NOW = timezone.now()


def column(desk, name, offer):
    """What the list says of the offer in this column."""
    page = desk.list("offer", q=offer.name).content.decode()
    _before, _mark, rest = page.partition(f'field-{name}">')
    return strip_tags(rest.partition("</td>")[0])


@pytest.mark.parametrize(
    ("kind", "word", "replaced"),
    [
        ("cross_sell", "Cross-sell", None),
        ("upsell", "Up-sell", "camera"),
        ("bump", "Bump", None),
        ("add_on", "Add-on", None),
        ("post_purchase", "Post-purchase", None),
        ("downsell", "Downsell", "camera"),
    ],
)
def test_every_kind_is_said_in_a_word_with_what_it_replaces(desk, shop, kind, word, replaced):
    offer = shop.offer("strap", kind=kind, replaced_product=replaced and shop[replaced])
    assert column(desk, "kind_word", offer) == word
    title = "strap for camera" if replaced else "strap"
    assert column(desk, "product_title", offer) == title


def test_no_kind_is_without_words():
    assert set(map(str, KIND_WORDS)) == set(Offer.Kind.values)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "draft"}, "Draft"),
        ({"state": "shadow"}, "Shadow"),
        ({"state": "paused", "ends_at": NOW - timedelta(days=1)}, "Paused"),
        ({}, "On"),
        ({"ends_at": NOW - timedelta(days=1)}, "Over"),
    ],
)
def test_the_state_is_said_with_its_dates(desk, shop, fields, said):
    assert column(desk, "state_word", shop.offer("strap", **fields)) == said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"benefit": "gift", "gift_product": "case"}, "gift: case"),
        ({"kind": "add_on", "included_units": 2, "most_units": 3}, "2 included"),
        ({"benefit": "free_shipping"}, "Free shipping"),
    ],
)
def test_what_it_gains_is_said(desk, shop, fields, said):
    assert column(desk, "benefit_word", shop.offer("strap", **fields)) == said


def test_the_list_says_what_follows_what(desk, shop):
    small = shop.offer("pouch", name="Smaller", kind="downsell", state="paused")
    case = shop.offer("case", name="Case then")
    first = shop.offer("strap", name="Strap", next_if_accepted=case, next_if_declined=small)
    assert column(desk, "sequence", first) == "yes: Case then; no: Smaller (Paused)"
    assert column(desk, "sequence", case) == "after a yes to Strap"
    Offer.objects.filter(pk=first.pk).update(state="draft")
    assert column(desk, "sequence", small) == "after a no to Strap (Draft)"


def test_a_downsell_that_follows_nothing_says_so(desk, shop):
    offer = shop.offer("small strap", kind="downsell")
    assert column(desk, "sequence", offer) == "comes after a no, but follows no offer"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"kind__exact": "bump"}, {"Bump"}),
        ({"state__exact": "paused"}, {"Resting"}),
        ({"dates": "over"}, {"Past"}),
        ({"placement__slug": "cart"}, {"In the cart"}),
    ],
)
def test_offers_are_filtered(desk, shop, query, names):
    shop.offer("strap", name="Bump", kind="bump")
    shop.offer("strap", name="Resting", kind="cross_sell", state="paused")
    shop.offer("strap", name="Past", kind="cross_sell", ends_at=NOW - timedelta(days=1))
    cart = Placement.objects.get(slug="cart")
    shop.offer("strap", name="In the cart", kind="cross_sell", placement=cart)
    if "placement__slug" in query:
        query = {"placement__id__exact": cart.pk}
    assert {row.name for row in desk.rows("offer", **query)} == names


def test_every_field_of_an_offer_is_on_its_screen():
    shown = set()
    for _title, options in FIELDSETS:
        for line in options["fields"]:
            shown |= {line} if isinstance(line, str) else set(line)
    assert shown == {it.name for it in Offer._meta.get_fields() if it.concrete} - {"id"}


@pytest.mark.parametrize("state", ["live", "shadow", "paused", "draft"])
def test_a_copy_is_a_draft_with_its_conditions(desk, shop, state):
    offer = shop.offer("strap", {"has_product": "camera"}, state=state)
    assert desk.save("offer", offer.pk, _saveasnew="1", name="Copy") == []
    copy = Offer.objects.get(name="Copy")
    assert (copy.state, copy.conditions.count()) == ("draft", 1)
    offer.refresh_from_db()
    assert (offer.state, offer.conditions.count()) == (state, 1)


def test_a_copy_says_that_it_does_not_show(desk, shop):
    offer = shop.offer("strap")
    desk.save("offer", offer.pk, _saveasnew="1", name="Copy")
    assert "The copy is a draft: it does not show." in desk.list("offer").content.decode()


def test_what_shoppers_said_is_counted_over_all_of_them_and_names_nobody(desk, shop):
    offer, other = shop.offer("strap"), shop.offer("case")
    rows = [
        (offer, "a", {"n_seen": 3, "customer_id": "4711", "declined_at": NOW}),
        (offer, "b", {"n_seen": 1, "accepted_at": NOW}),
        (offer, "c", {"n_seen": 1}),
        (offer, "d", {"n_seen": 0}),
        (other, "a", {"n_seen": 9, "declined_at": NOW}),
    ]
    for row, visit, fields in rows:
        Encounter.objects.create(source=f"offer:{row.pk}", visit=visit, **fields)
    page = desk.open("offer", offer.pk).content.decode()
    for said in (
        "visits in which it was seen: 3",
        "visits with a yes: 1",
        "visits with a no: 1",
        "seen, in all: 5",
        "They prove nothing about what it earns",
    ):
        assert said in page
    assert "4711" not in page


def test_many_visits_cost_one_query(desk, shop):
    offer = shop.offer("strap")

    def asked():
        with CaptureQueriesContext(connection) as queries:
            desk.open("offer", offer.pk)
        assert sum("xsell_encounter" in it["sql"] for it in queries) == 1
        return reads_and_writes(queries)

    asked()  # what a process asks once, such as the server's version
    few = asked()
    for number in range(30):
        Encounter.objects.create(source=f"offer:{offer.pk}", visit=str(number), n_seen=1)
    assert asked() == few


def test_a_new_offer_has_no_figures(desk):
    assert "visits with a yes" not in desk.open("offer").content.decode()


def test_a_large_shops_offers_are_not_all_on_the_screen(desk, shop):
    first = shop.offer("strap")

    def asked():
        with CaptureQueriesContext(connection) as queries:
            page = desk.open("offer", first.pk).content.decode()
        return reads_and_writes(queries), len(page) // 1000

    asked()  # what a process asks once, such as the server's version
    small = asked()
    for _ in range(40):
        shop.offer("case")
    assert asked() == small
