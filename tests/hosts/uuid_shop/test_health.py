"""Health where keys are UUIDs, categories are many and variants live on what their parent has."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.hosts.uuid_shop.models import Product
from xsell.adapters import get_adapter
from xsell.selection.health import examine_shop
from xsell.testing import serve_relations

pytestmark = pytest.mark.django_db


@pytest.fixture
def served(shop):
    """Scarves were sold, but with nothing."""
    shirt, cap, socks, scarf = (shop[name].pk for name in ("shirt", "cap", "socks", "scarf"))
    serve_relations({shirt: [cap, socks], cap: [shirt], scarf: []})


def test_variants_have_the_suggestions_of_their_parent(shop, served):
    found = examine_shop(get_adapter(), now=timezone.now())
    assert found.coverage.n_on_sale == 7
    # The shirt and its two sizes have company.
    without = [found.titles[it] for it in found.coverage.without]
    assert without[0] == "Scarf <b>"
    assert set(without) == {"Scarf <b>", "Silk scarf", "Socks"}
    # Socks were sold beside the shirt.
    assert found.coverage.n_without_sold == 2


def test_what_is_sold_out_or_gone_is_told(shop, served, capsys):
    Product.objects.filter(pk=shop["cap"].pk).update(stock=0)
    gone = shop["socks"].pk
    shop["socks"].delete()
    call_command("xsell_health")
    said = {" ".join(line.split()) for line in capsys.readouterr().out.splitlines()}
    assert said >= {"cannot be bought now 1 (33.3%)", f"such as Shirt [{shop['shirt'].pk}]"}
    (named,) = (line.removeprefix("most named ") for line in said if line.startswith("most named"))
    # Equals come by their key, and MariaDB's order of UUIDs is its own.
    assert set(named.split(", ")) == {f"gone [{gone}]", f"Cap [{shop['cap'].pk}]"}
