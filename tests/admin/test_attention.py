"""The attention budget: one row, opened directly."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from tests import factories as make
from xsell.models import AttentionBudget

LIST = reverse("admin:xsell_attentionbudget_changelist")
ROW = reverse("admin:xsell_attentionbudget_change", args=[1])


def test_its_entry_opens_the_one_row_and_makes_none(desk):
    response = desk.client.get(LIST)
    assert (response.status_code, response.url) == (302, ROW)
    assert desk.controls("attentionbudget", 1).data["offers_per_page"] == "3"
    assert not AttentionBudget.objects.exists()


def test_the_first_save_makes_the_row_and_the_next_changes_it(desk):
    for figure in ("5", "2"):
        assert desk.save("attentionbudget", 1, offers_per_page=figure) == []
        (budget,) = AttentionBudget.objects.all()
        assert (budget.pk, str(budget.offers_per_page)) == (1, figure)


def test_pages_keep_to_it_at_once(desk, shop):
    for name in ("strap", "case"):
        shop.offer(name)
    shown = shop.shown("checkout-bump", cart=["camera"])
    assert desk.save("attentionbudget", 1, offers_per_page="1") == []
    assert shop.shown("checkout-bump", cart=["camera"]) == shown[:1] != shown


@pytest.mark.parametrize(
    "field", ["offers_per_page", "offers_per_session", "noes_per_session", "in_a_row"]
)
def test_none_of_it_is_nothing(desk, field):
    errors = desk.save("attentionbudget", 1, **{field: "0"})
    assert errors == ["Ensure this value is greater than or equal to 1."]


def test_nobody_adds_or_deletes_it(admin_client):
    AttentionBudget.objects.create()
    assert admin_client.get(reverse("admin:xsell_attentionbudget_add")).status_code == 403
    address = reverse("admin:xsell_attentionbudget_delete", args=[1])
    assert admin_client.post(address, {"post": "yes"}).status_code == 403
    assert AttentionBudget.objects.exists()


def test_there_is_no_other_row(desk):
    assert desk.open("attentionbudget", 2).status_code == 302


@pytest.mark.parametrize(
    ("permission", "status"), [("view_attentionbudget", 200), ("view_offer", 403)]
)
def test_it_asks_for_djangos_permissions(client, db, permission, status):
    user = make.UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename=permission))
    client.force_login(user)
    assert client.get(ROW).status_code == status
    assert client.post(ROW, {"offers_per_page": "9"}).status_code == 403
    assert not AttentionBudget.objects.exists()
