"""Curating relations: what the database refuses, the form says first."""

import pytest

from xsell.models import ProductRelation


def picks(shop, anchor, suggested, **others):
    return {"anchor": shop[anchor].pk, "suggested": shop[suggested].pk, **others}


def test_a_merchandiser_pins_a_product(desk, shop):
    assert desk.save("productrelation", **picks(shop, "camera", "strap", note="leaflet")) == []
    relation = ProductRelation.objects.get()
    assert (relation.kind, relation.verdict, relation.note) == ("cross_sell", "pin", "leaflet")
    assert shop.shown("thank-you", "camera") == []
    assert desk.save("productrelation", **picks(shop, "camera", "case")) == []
    assert sorted(shop.shown("thank-you", "camera")) == ["case", "strap"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"suggested": "camera"}, "A product cannot be related to itself."),
        ({"suggested": "strap"}, "already exists"),
        (
            {"suggested": "case", "starts_at_0": "2026-12-02", "ends_at_0": "2026-12-01"},
            "The end must be after the start.",
        ),
    ],
)
def test_what_cannot_be_is_said_in_the_form(desk, shop, changes, error):
    shop.relate("camera", "strap")
    times = {"starts_at_1": "08:00", "ends_at_1": "08:00"} if "starts_at_0" in changes else {}
    suggested = shop[changes.pop("suggested")].pk
    errors = desk.save(
        "productrelation", anchor=shop["camera"].pk, suggested=suggested, **changes, **times
    )
    assert error in " ".join(errors)
    assert ProductRelation.objects.count() == 1


def test_a_relation_is_copied_for_another_product(desk, shop):
    shop.relate("camera", "strap", note="leaflet")
    (row,) = desk.rows("productrelation")
    changes = picks(shop, "binoculars", "strap", _saveasnew="1")
    assert desk.save("productrelation", row.pk, **changes) == []
    assert set(ProductRelation.objects.values_list("note", flat=True)) == {"leaflet"}
    assert ProductRelation.objects.count() == 2


def test_deleting_asks_first_and_then_deletes(desk, shop):
    shop.relate("camera", "strap")
    (row,) = desk.rows("productrelation")
    address = desk.address("productrelation", row.pk).replace("change", "delete")
    assert desk.client.get(address).status_code == 200
    assert desk.client.post(address, {"post": "yes"}).status_code == 302
    assert not ProductRelation.objects.exists()
