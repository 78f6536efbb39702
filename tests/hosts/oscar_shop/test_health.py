"""Health of an Oscar shop: stock records decide what can be bought, children go with parents."""

from decimal import Decimal

import pytest
from django.utils import timezone

from tests.hosts.oscar_shop.factories import make_product
from xsell.adapters import get_adapter
from xsell.selection.health import examine_shop
from xsell.testing import serve_relations

pytestmark = pytest.mark.django_db


def test_children_have_the_suggestions_of_their_parent_and_stock_decides():
    shirt = make_product("Shirt", price=None)
    make_product("Shirt, small", Decimal("19.00"), parent=shirt)
    cap, mug = make_product("Cap"), make_product("Mug")
    serve_relations({shirt.pk: [cap.pk], cap.pk: [shirt.pk], mug.pk: []})
    found = examine_shop(get_adapter(), now=timezone.now())
    assert found.coverage.n_on_sale == 4
    assert found.coverage.without == (mug.pk,)
    assert (found.coverage.n_without, found.coverage.n_without_sold) == (1, 1)
    assert found.coverage.n_dead_ends == 0

    cap.stockrecords.update(num_in_stock=0)
    found = examine_shop(get_adapter(), now=timezone.now())
    assert found.coverage.n_on_sale == 3
    assert found.coverage.dead_ends == (shirt.pk,)
    assert found.targets["mined pairs"].dead == ((cap.pk, 1),)
    assert found.titles[cap.pk] == "Cap"
