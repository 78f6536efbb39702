"""How products are picked: by name where the shop's own admin allows it, else by their key."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core import checks
from django.urls import reverse

from demo_shop.models import Product
from tests import factories as make
from tests.admin.desk import Desk
from xsell.models import ProductRelation

PICKED = [
    ("productrelation", "anchor"),
    ("productrelation", "suggested"),
    ("offer", "product"),
    ("bundle", "items-0-product"),
    ("tierladder", "tiers-0-product"),
]


@pytest.fixture
def without_product_admin():
    # The addresses are drawn up once, at the first request: with the product's among them.
    reverse("admin:index")
    model_admin = admin.site.get_model_admin(Product)
    admin.site.unregister(Product)
    yield
    admin.site.register(Product, type(model_admin))


@pytest.mark.parametrize(("model", "control"), PICKED)
def test_products_are_picked_by_name(desk, shop, model, control):
    assert "admin-autocomplete" in desk.controls(model).pickers[control]


def test_the_picker_finds_what_the_merchandiser_types(desk, shop):
    shop.stock("brown strap", "leather case")
    answer = desk.client.get(
        "/admin/autocomplete/",
        {
            "term": "leather",
            "app_label": "xsell",
            "model_name": "productrelation",
            "field_name": "anchor",
        },
    )
    assert [it["text"] for it in answer.json()["results"]] == ["leather case"]


@pytest.mark.parametrize(("model", "control"), PICKED)
@pytest.mark.usefixtures("without_product_admin")
def test_a_shop_without_product_screens_enters_keys(desk, shop, model, control):
    controls = desk.controls(model)
    assert "admin-autocomplete" not in controls.pickers[control]
    assert controls.data[control] == "", "a select without a choice would post nothing"


@pytest.mark.usefixtures("without_product_admin")
def test_a_shop_without_product_screens_passes_the_checks(db):
    # The demo shop's own order screen cannot do without.
    faults = [str(it.obj) for it in checks.run_checks() if it.id.startswith("admin.")]
    assert [it for it in faults if "demo_shop" not in it] == []


@pytest.mark.usefixtures("without_product_admin")
def test_a_relation_is_saved_by_keys(desk, shop):
    saved = {"anchor": shop["camera"].pk, "suggested": shop["strap"].pk}
    assert desk.save("productrelation", **saved) == []
    relation = ProductRelation.objects.get()
    assert (relation.anchor_id, relation.suggested_id) == (shop["camera"].pk, shop["strap"].pk)


@pytest.mark.parametrize("key", ["camera", "1.5", "9" * 30, "987654", "-1", "\x00"])
@pytest.mark.usefixtures("without_product_admin")
def test_what_is_no_product_is_a_form_error(desk, shop, key):
    errors = desk.save("productrelation", anchor=key, suggested=shop["strap"].pk)
    assert errors
    assert not ProductRelation.objects.exists()


def test_a_shop_whose_product_screen_has_no_search_enters_keys(desk, shop, monkeypatch):
    monkeypatch.setattr(type(admin.site.get_model_admin(Product)), "search_fields", [])
    pickers = desk.controls("productrelation").pickers
    assert "vForeignKeyRawIdAdminField" in pickers["anchor"]


def test_who_may_not_look_at_products_enters_keys(client, shop):
    user = make.UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="xsell"))
    client.force_login(user)
    pickers = Desk(client).controls("productrelation").pickers
    assert "vForeignKeyRawIdAdminField" in pickers["anchor"]
