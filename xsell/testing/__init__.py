"""For the tests of host projects: does the adapter keep its contract, and relations without mining.

    class TestShopAdapter(AdapterConformance):
        pytestmark = pytest.mark.django_db

        def make_product(self, *, title="Strap", price=Decimal("9.90"), stock=10): ...
        def make_unavailable(self, product_id): ...
        def make_order(self, product_ids, *, customer=None, placed_at=None, quantity=1): ...
        def cancel_order(self, order_ref): ...

Works with pytest and, beside `django.test.TestCase`, with unittest. What a shop does not have (no
variants, no options on cart lines) is skipped with a reason, never passed over in silence.
"""

from xsell.testing.carts import CartConformance
from xsell.testing.context import ContextConformance
from xsell.testing.lines import CartLineConformance
from xsell.testing.orders import OrderConformance
from xsell.testing.products import ProductConformance
from xsell.testing.relations import serve_relations
from xsell.testing.shipping import ShippingConformance

__all__ = ["AdapterConformance", "serve_relations"]


class AdapterConformance(
    ContextConformance,
    ProductConformance,
    OrderConformance,
    CartConformance,
    CartLineConformance,
    ShippingConformance,
):
    """Every rule of `xsell.adapters.BaseAdapter`, as tests of your adapter."""
