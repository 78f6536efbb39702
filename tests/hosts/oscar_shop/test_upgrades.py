"""An upgrade in Oscar's basket, and back: the line is another row, and its options stay."""

from decimal import Decimal

import pytest
from oscar.core.loading import get_model

from tests.hosts.oscar_shop import test_conformance
from tests.hosts.oscar_shop.factories import make_product
from xsell.adapters import get_adapter
from xsell.adapters.visits import context_of
from xsell.models import Acceptance, TierLadder
from xsell.selection.upgrades import last_upgrade
from xsell.services import carts, tokens
from xsell.values import Take, TakeKind

pytestmark = pytest.mark.django_db

Option = get_model("catalogue", "Option")
PRICES = {"good": "8.00", "better": "9.00", "best": "11.00"}


class Visitor:
    """A guest with a basket."""

    def __init__(self, products):
        self.shop = test_conformance.TestOscarShop()
        self.products = products
        self.request = self.shop.request()

    def comes_back(self):
        self.request = self.shop.next_request(self.request)

    def adds(self, name, quantity=1, **options):
        chosen = [
            {"option": Option.objects.get_or_create(code=code, name=code)[0], "value": value}
            for code, value in options.items()
        ]
        self.request.basket.add_product(self.products[name], quantity, chosen)
        self.comes_back()

    def clicks(self, kind, **fields):
        adapter = get_adapter()
        around = context_of(adapter, self.request), adapter.cart(self.request)
        token = tokens.issue(Take(kind, **fields), *around)
        changes = carts.take(request=self.request, token=token)
        self.comes_back()
        return changes

    def upgrades(self, former, better):
        keys = [self.products[name].pk for name in (former, better)]
        return self.clicks(
            TakeKind.UPGRADE, product_ids=(keys[1],), current_id=keys[0], placement="upgrade"
        )

    def undoes(self):
        cart = get_adapter().cart(self.request)
        moment = Acceptance.objects.latest("pk").accepted_at
        return self.clicks(TakeKind.UNDO, source=last_upgrade(cart, moment).key)

    def holds(self):
        titles = {product.pk: name for name, product in self.products.items()}
        lines = get_adapter().cart(self.request).lines
        return sorted(
            (titles[line.product_id], line.quantity, *line.options.values()) for line in lines
        )


@pytest.fixture
def visitor():
    products = {name: make_product(name, Decimal(price)) for name, price in PRICES.items()}
    ladder = TierLadder.objects.create(name="Mugs")
    for rank, (name, product) in enumerate(products.items(), 1):
        ladder.tiers.create(product=product, rank=rank, label=name)
    return Visitor(products)


LINES = [
    [("good", 3)],
    [("good", 2, "Ada")],
    [("better", 1), ("good", 3)],
    [("better", 1), ("good", 2, "Ada")],
]


@pytest.mark.parametrize("lines", LINES)
def test_undo_gives_back_what_was_there(visitor, lines):
    for name, quantity, *engraving in lines:
        visitor.adds(name, quantity, **({"engraving": engraving[0]} if engraving else {}))
    assert visitor.holds() == lines
    (change,) = visitor.upgrades("good", "better")
    assert change.done, change.reason
    assert "good" not in {name for name, *_rest in visitor.holds()}
    (change,) = visitor.undoes()
    assert change.message.startswith("good is in your cart again in the place of better.")
    assert visitor.holds() == lines


def test_two_upgrades_are_undone_one_after_the_other(visitor):
    """Each replaces the line by a new row, which the ledger of the earlier one does not know."""
    visitor.adds("good", 2)
    visitor.upgrades("good", "better")
    visitor.upgrades("better", "best")
    assert visitor.holds() == [("best", 2)]
    visitor.undoes()
    assert visitor.holds() == [("better", 2)]
    visitor.undoes()
    assert visitor.holds() == [("good", 2)]


def test_what_is_sold_out_meanwhile_stays_away(visitor):
    visitor.adds("good", 2)
    visitor.upgrades("good", "better")
    visitor.products["good"].stockrecords.update(num_in_stock=1)
    (change,) = visitor.undoes()
    assert not change.done
    assert change.reason.endswith("better stays in your cart.")
    assert visitor.holds() == [("better", 2)]
