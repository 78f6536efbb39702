"""Who may see and do what: Django's own permissions."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core import checks

from tests import factories as make
from tests.admin.desk import Desk
from xsell.models import BestSeller, CoPurchase, MiningRun

LISTS = [
    *("bestseller", "boughtonce", "bundle", "copurchase", "miningrun", "nextpurchase", "offer"),
    *("placement", "productrelation", "repurchasegap", "segment", "segmentmember"),
    *("tier", "tierladder"),
]
CURATED = [
    *("boughtonce", "bundle", "offer", "placement", "productrelation", "segment", "tierladder"),
]


@pytest.mark.parametrize("model", LISTS)
def test_a_merchandiser_without_superuser_rights_sees_every_list(desk, model):
    assert desk.list(model).status_code == 200


@pytest.mark.parametrize("model", LISTS)
def test_a_shopper_is_sent_to_the_log_in(client, db, model):
    response = Desk(client).list(model)
    assert (response.status_code, response.url.partition("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize("model", LISTS)
def test_staff_without_permission_are_refused(client, db, model):
    client.force_login(make.UserFactory(is_staff=True))
    assert Desk(client).list(model).status_code == 403


@pytest.mark.parametrize("model", CURATED)
def test_a_merchandiser_may_add(desk, model):
    assert desk.open(model).status_code == 200


def test_who_may_only_look_cannot_save(client, shop):
    shop.relate("camera", "strap")
    user = make.UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_productrelation"))
    client.force_login(user)
    desk = Desk(client)
    (row,) = desk.rows("productrelation")
    assert desk.open("productrelation", row.pk).status_code == 200
    assert client.post(desk.address("productrelation", row.pk), {}).status_code == 403


@pytest.mark.parametrize("model", [MiningRun, CoPurchase, BestSeller])
def test_nobody_edits_what_was_mined(rf, admin_user, model):
    request = rf.get("/")
    request.user = admin_user
    model_admin = admin.site.get_model_admin(model)
    assert model_admin.get_model_perms(request) == {
        "add": False,
        "change": False,
        "delete": False,
        "view": True,
    }


def test_a_pair_cannot_be_changed_by_post(admin_client, shop):
    shop.bought_with("camera", "strap")
    desk = Desk(admin_client)
    (pair,) = desk.rows("copurchase")
    assert admin_client.post(desk.address("copurchase", pair.pk), {"n_both": 9}).status_code == 403
    assert admin_client.post(desk.address("copurchase"), {}).status_code == 403


@pytest.mark.parametrize("model", ["bundle", "offer", "segment", "tierladder"])
def test_a_screen_reader_says_what_each_control_of_a_row_is(desk, shop, model):
    shop.bundle(10, {"camera": 1, "strap": 1})
    shop.offer("strap", {"has_product": "camera"})
    shop.ladder("camera", "strap")
    shop.segment("Regulars", {"orders_at_least": 2})
    (row,) = desk.rows(model)
    page = desk.open(model, row.pk).content.decode()
    controls = re.findall(
        r"<(?:input|select)[^>]*name=\"(?:items|conditions|rules|tiers)-0-[^>]*>", page
    )
    visible = [it for it in controls if "hidden" not in it and "DELETE" not in it]
    assert len(visible) >= 3
    assert [it for it in visible if "aria-label=" not in it] == []


def test_the_screens_pass_djangos_own_checks(db):
    assert [it for it in checks.run_checks() if it.id.startswith("admin.")] == []
