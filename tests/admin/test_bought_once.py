"""What nobody buys twice, said by a merchandiser."""

import pytest

from tests import factories as make
from xsell.models import BoughtOnce


def test_a_product_or_a_category_is_named(desk, shop):
    shelf = shop["kettle"].category
    assert desk.save("boughtonce", product=shop["kettle"].pk) == []
    assert desk.save("boughtonce", category_id=str(shelf.pk)) == []
    html = desk.list("boughtonce").content.decode()
    assert "kettle" in html
    assert f"Products of the category {shelf.name}" in html


@pytest.mark.parametrize("both", [True, False])
def test_one_of_both_it_must_be(desk, shop, both):
    shelf = str(shop["kettle"].category_id)
    picked = {"product": shop["kettle"].pk, "category_id": shelf} if both else {}
    assert "Name a product or a category." in " ".join(desk.save("boughtonce", **picked))
    assert not BoughtOnce.objects.exists()


def test_a_category_that_is_gone_is_told_by_its_id(desk, shop):
    BoughtOnce.objects.create(category_id="kettles")
    assert "Products of the category kettles" in desk.list("boughtonce").content.decode()


def test_what_comes_next_is_listed_with_its_evidence(desk, shop):
    make.NextPurchaseFactory(run=shop.run, anchor=shop["camera"], suggested=shop["lens"])
    make.RepurchaseGapFactory(run=shop.run, product=shop["coffee"])
    steps = desk.list("nextpurchase").content.decode()
    assert all(it in steps for it in ("camera", "lens", "20 of 100", "45", "4.0"))
    gaps = desk.list("repurchasegap").content.decode()
    assert all(it in gaps for it in ("coffee", "20 to 45 days", "12"))
