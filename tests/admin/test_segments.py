"""Segments: rules in rows and in words, their size, and who is in and why."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from tests import factories as make
from tests.admin.desk import Desk
from xsell.admin.segments import KIND_WORDS
from xsell.models import Segment, SegmentMember, SegmentRule
from xsell.services.segments import count_segments

ESTIMATE = {"_estimate": "1"}


@pytest.fixture
def customers(shop):
    """Four customers, of whom one has ordered twice."""
    found = make.UserFactory.create_batch(4)
    for customer in found:
        shop.ordered(customer, "camera")
    shop.ordered(found[0], "strap")
    return found


def regulars(**changes):
    return {
        "name": "Regulars",
        "rules-TOTAL_FORMS": 1,
        "rules-0-group": 1,
        "rules-0-kind": "orders_at_least",
        "rules-0-amount": "2",
        "rules-0-category_id": "",
        **changes,
    }


def messages_on(response):
    return [str(it) for it in response.context["messages"]]


def test_a_merchandiser_makes_a_segment_that_then_decides(desk, shop, customers):
    assert desk.save("segment", **regulars()) == []
    segment = Segment.objects.get()
    shop.relate("camera", "strap", "case")
    shop.place("product-page", segment=segment)
    shown = [shop.shown("product-page", "camera", customer_id=str(it.pk)) for it in customers[:2]]
    assert shown == [["strap", "case"], []]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"rules-0-amount": ""}, "asks for it"),
        ({"rules-0-amount": "0"}, "above 0"),
        ({"rules-0-days": "3"}, "Not for this kind"),
        (
            {
                "rules-0-kind": "last_order_before",
                "rules-0-amount": "",
                "rules-0-days": "9",
                "rules-0-within_days": "9",
            },
            "Nobody",
        ),
        ({"name": ""}, "required"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_at_its_field(desk, customers, changes, complaint):
    assert complaint in " ".join(desk.save("segment", **regulars(**changes)))
    # Asked for a size it says the same, and no size.
    response = desk.client.post(
        desk.address("segment"),
        {**desk.controls("segment").data, **regulars(**changes), **ESTIMATE},
    )
    assert complaint in response.content.decode()
    assert messages_on(response) == []
    assert not Segment.objects.exists()


# -------------------------------------------------------------------------------------------- size


def test_a_size_is_estimated_from_what_is_filled_in_and_nothing_is_saved(desk, shop, customers):
    segment = shop.segment("Regulars", {"orders_at_least": 2})
    count_segments()
    response = desk.client.post(
        desk.address("segment", segment.pk),
        {**desk.controls("segment", segment.pk).data, **ESTIMATE, "rules-0-amount": "1"},
    )
    (said,) = messages_on(response)
    assert said == (
        "Estimated: 51.0% to 100.0% of the customers. That is 2 to 4 customers. "
        "4 of 4 customers drawn at random are in it."
    )
    page = response.content.decode()
    assert 'name="rules-0-amount" value="1"' in page
    assert "errornote" not in page
    assert segment.rules.get().amount == 2


def test_a_segment_that_is_not_stored_yet_has_a_size_too(desk, customers):
    data = {**desk.controls("segment").data, **regulars(), **ESTIMATE}
    response = desk.client.post(desk.address("segment"), data)
    (said,) = messages_on(response)
    assert said.startswith("1 of 4 customers who ordered lately are in it. Nothing was counted yet")
    assert not Segment.objects.exists()


def test_rules_that_are_about_to_go_do_not_count(desk, shop, customers):
    segment = shop.segment("Regulars", {"orders_at_least": 1, "spent_at_least": 9999})
    count_segments()
    data = {**desk.controls("segment", segment.pk).data, **ESTIMATE, "rules-1-DELETE": "on"}
    response = desk.client.post(desk.address("segment", segment.pk), data)
    assert "4 of 4 customers" in messages_on(response)[0]
    assert segment.rules.count() == 2


def test_saving_says_the_size(desk, shop, customers):
    data = {**desk.controls("segment").data, **regulars()}
    response = desk.client.post(desk.address("segment"), data, follow=True)
    assert any("1 of 4 customers who ordered lately" in it for it in messages_on(response))


def test_an_empty_shop_has_no_size(desk, db):
    data = {**desk.controls("segment").data, **regulars()}
    response = desk.client.post(desk.address("segment"), data, follow=True)
    assert any("No customer has ordered yet" in it for it in messages_on(response))


def test_the_list_says_who_is_in_and_how_many(desk, shop, customers):
    segment = shop.segment(
        "Regulars",
        {"orders_at_least": 2, "not bought_product": "tripod"},
        {"fact_is": ("gender", "female")},
    )
    page = desk.list("segment").content.decode()
    assert "number of orders: 2 or more and did not buy tripod, or gender is female" in page
    assert "not counted yet" in page
    assert "gender: never for an offer with a benefit" in page
    count_segments()
    page = desk.list("segment").content.decode()
    members = reverse("admin:xsell_segmentmember_changelist")
    assert f'<a href="{members}?segment__id__exact={segment.pk}">1 of 4 (25.0%)</a>' in page
    assert "before it was changed" not in page
    desk.save("segment", segment.pk, note="From two orders on")
    assert "before it was changed" in desk.list("segment").content.decode()


def test_a_segment_without_rules_is_nobody_s(desk, shop):
    shop.segment("Nobody")
    assert '<td class="field-who">nobody</td>' in desk.list("segment").content.decode()


# -------------------------------------------------------------------------------- protected traits


def test_a_protected_trait_is_warned_of(desk, customers):
    gender = {"rules-0-kind": "fact_is", "rules-0-fact": "gender", "rules-0-value": "female"}
    data = {**desk.controls("segment").data, **regulars(**gender, **{"rules-0-amount": ""})}
    response = desk.client.post(desk.address("segment"), data, follow=True)
    assert any(
        it.startswith("gender may decide what is shown, but not what it costs")
        for it in messages_on(response)
    )
    page = desk.open("segment", Segment.objects.get().pk).content.decode()
    assert "gender: never for an offer with a benefit" in page


def test_it_is_refused_where_an_offer_gains_something_by_the_segment(desk, shop, customers):
    segment = shop.segment("Regulars", {"orders_at_least": 2})
    offer = make.OfferFactory(name="Spring", benefit="percent", saving_percent=10)
    make.OfferConditionFactory(offer=offer, kind="in_segment", segment=segment)
    trait = {"rules-0-kind": "fact_is", "rules-0-fact": "gender", "rules-0-value": "female"}
    errors = desk.save("segment", segment.pk, **trait, **{"rules-0-amount": ""})
    assert errors == ["gender may decide what is shown, but not what it costs: see offer Spring."]


# ------------------------------------------------------------------------------------ who, and why


def asked(desk, segment, **query):
    return desk.client.get(reverse("admin:xsell_segment_why", args=[segment.pk]), query)


def test_it_says_each_rule_for_a_customer(desk, shop, customers):
    segment = shop.segment("Regulars", {"orders_at_least": 2}, {"spent_at_least": 2})
    page = asked(desk, segment, customer=f" {customers[1].pk} ").content.decode()
    assert f"Customer {customers[1].pk} is in it." in page
    assert "number of orders: 2 or more" in page
    assert "1 order" in page
    page = asked(desk, segment, customer="").content.decode()
    assert "A guest is not in it." in page
    assert "0 orders" in page


@pytest.mark.parametrize("text", ["ab", "<b>", "9" * 40, "' OR 1=1 --", "\x00"])
def test_what_is_no_customer_is_said(desk, shop, text):
    segment = shop.segment("Regulars", {"orders_at_least": 2})
    response = asked(desk, segment, customer=text)
    page = response.content.decode()
    assert response.status_code == 200
    assert "<b>" not in page
    assert "customer&#x27;s id in this shop" in page or "is not in it" in page


def test_before_anybody_is_named_nothing_is_read(desk, shop):
    segment = shop.segment("Nobody")
    page = asked(desk, segment).content.decode()
    assert "is in it." not in page
    assert "There are no rules" in asked(desk, segment, customer="1").content.decode()


def test_members_lead_to_their_reasons(desk, shop, customers):
    segment = shop.segment("Regulars", {"orders_at_least": 2})
    count_segments()
    page = desk.list("segmentmember", segment__id__exact=segment.pk).content.decode()
    why = reverse("admin:xsell_segment_why", args=[segment.pk])
    assert f'href="{why}?customer={customers[0].pk}"' in page
    assert [it.customer_id for it in desk.rows("segmentmember", q=str(customers[0].pk))] == [
        str(customers[0].pk)
    ]
    assert desk.rows("segmentmember", q="nobody") == []


def test_members_are_changed_by_nobody(admin_client, shop, customers):
    shop.segment("Regulars", {"orders_at_least": 2})
    count_segments()
    desk = Desk(admin_client)
    member = SegmentMember.objects.get()
    assert admin_client.post(desk.address("segmentmember", member.pk), {}).status_code == 403


@pytest.mark.parametrize(("codename", "status"), [("view_segment", 200), ("view_offer", 403)])
def test_who_may_look_at_segments_may_ask_why(client, shop, codename, status):
    user = make.UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename=codename))
    client.force_login(user)
    segment = shop.segment("Regulars", {"orders_at_least": 2})
    assert asked(Desk(client), segment, customer="").status_code == status
    missing = Segment(pk=10**6)
    assert asked(Desk(client), missing).status_code == (404 if status == 200 else 403)


def test_who_may_only_look_has_no_button(client, shop):
    user = make.UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_segment"))
    client.force_login(user)
    segment = shop.segment("Regulars", {"orders_at_least": 2})
    desk = Desk(client)
    assert "_estimate" not in desk.open("segment", segment.pk).content.decode()
    assert client.post(desk.address("segment", segment.pk), ESTIMATE).status_code == 403


def test_every_kind_has_a_word_for_the_narrow_column():
    assert set(KIND_WORDS) == set(SegmentRule.Kind)
