"""With nothing installed but Django the shop serves all that is curated, and what was mined."""

import importlib
import subprocess
import sys
from decimal import Decimal

import pytest
from django.contrib.admin import site
from django.core.management import CommandError, call_command
from django.urls import reverse

from demo_shop.models import CartLine
from tests import factories as make
from tests.hosts.bare_shop.missing import LIBRARIES, is_missing
from tests.hosts.pages import suggested
from tests.tokens import click, offer_token_in, send, tokens_in
from xsell.adapters import get_adapter
from xsell.models import MiningRun, OfferCondition, ProductRelation
from xsell.testing import serve_relations

pytestmark = pytest.mark.django_db
RECOMPUTE = [sys.executable, "-m", "django", "xsell_recompute"]
SETTINGS = "--settings=tests.hosts.bare_shop.settings"


@pytest.fixture
def shop():
    category = make.CategoryFactory()
    names = ("Camera", "Better camera", "Strap", "Case", "Film", "Bag")
    return {name: make.ProductFactory(title=name, category=category) for name in names}


def page(client, product):
    return client.get(product.get_absolute_url()).content.decode()


def held():
    return dict(CartLine.objects.values_list("product__title", "quantity"))


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_the_library_is_missing(library):
    with pytest.raises(ModuleNotFoundError, match=f"No module named '{library}'"):
        importlib.import_module(library)


def test_nothing_has_loaded_a_missing_library():
    assert list(filter(is_missing, sys.modules)) == []


def test_it_starts_and_migrates():
    call_command("check", fail_level="WARNING")
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_curated_and_mined_relations_serve(client, shop):
    serve_relations({shop["Camera"].pk: [shop["Strap"].pk, shop["Film"].pk]})
    ProductRelation.objects.create(anchor=shop["Camera"], suggested=shop["Case"])
    html = page(client, shop["Camera"])
    assert suggested(html) == {"Case", "Strap", "Film"}
    assert "Bought together in 50 orders" in html
    assert "2.50 USD" in html


def test_all_together_are_taken_with_one_click(client, shop):
    serve_relations({shop["Camera"].pk: [shop["Strap"].pk, shop["Film"].pk]})
    send(client, tokens_in(page(client, shop["Camera"]))[-1])
    assert held() == {"Camera": 1, "Strap": 1, "Film": 1}


def test_a_ladder_serves_and_its_upgrade_is_taken(client, shop):
    ladder = make.TierLadderFactory()
    make.TierFactory(ladder=ladder, product=shop["Camera"], rank=1)
    make.TierFactory(ladder=ladder, product=shop["Better camera"], rank=2, label="Best")
    click(client, "add", shop["Camera"])
    html = page(client, shop["Camera"])
    assert "Take this one instead" in html
    assert "Compare and choose" in html
    send(client, tokens_in(html)[0])
    assert held() == {"Better camera": 1}


def test_a_bundle_serves_and_is_taken_whole(client, shop):
    bundle = make.BundleFactory(name="Start kit", saving_percent=Decimal(20))
    for name in ("Camera", "Bag"):
        make.BundleItemFactory(bundle=bundle, product=shop[name])
    html = page(client, shop["Bag"])
    assert "you save 1.00 USD" in html
    send(client, tokens_in(html)[-1])
    assert held() == {"Camera": 1, "Bag": 1}


def test_a_bump_serves_and_is_taken(client, shop):
    offer = make.OfferFactory(product=shop["Film"], headline="Do not run out")
    make.OfferConditionFactory(
        offer=offer, kind=OfferCondition.Kind.HAS_PRODUCT, product=shop["Camera"]
    )
    click(client, "add", shop["Camera"])
    html = client.get(reverse("cart")).content.decode()
    assert "Do not run out" in html
    send(client, offer_token_in(html))
    assert held() == {"Camera": 1, "Film": 1}


def test_mining_says_which_extra_it_needs_and_leaves_what_serves(shop):
    serving = serve_relations({shop["Camera"].pk: [shop["Strap"].pk]})
    with pytest.raises(CommandError, match=r"pip install 'xsell\[mining\]'"):
        call_command("xsell_recompute")
    assert list(MiningRun.objects.values_list("pk", "is_active")) == [(serving.pk, True)]


def test_mining_ends_with_an_error_for_the_shell():
    run = subprocess.run([*RECOMPUTE, SETTINGS], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "pip install 'xsell[mining]'" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_page_is_explained(shop, capsys):
    serve_relations({shop["Camera"].pk: [shop["Strap"].pk, shop["Film"].pk]})
    call_command("xsell_explain", "Camera", "--cart", "Film")
    told = capsys.readouterr().out
    assert "+ Strap [mined]" in told
    assert "- Film [mined] eligible: already in the cart" in told


def test_the_admin_lists_every_model_that_it_has(admin_client, shop):
    serve_relations({shop["Camera"].pk: [shop["Strap"].pk]})
    make.TierFactory()
    make.BundleItemFactory()
    make.OfferConditionFactory(product=shop["Camera"])
    make.ProductRelationFactory()
    names = {it._meta.model_name for it in site._registry if it._meta.app_label == "xsell"}
    assert {"productrelation", "miningrun", "tierladder", "bundle", "offer", "placement"} <= names
    for name in names:
        listed = admin_client.get(reverse(f"admin:xsell_{name}_changelist"), follow=True)
        assert listed.status_code == 200


def test_a_merchandiser_relates_products_in_the_admin(admin_client, shop):
    add = reverse("admin:xsell_productrelation_add")
    row = {"kind": "accessory", "verdict": "pin", "position": 0}
    admin_client.post(add, {"anchor": shop["Camera"].pk, "suggested": shop["Bag"].pk, **row})
    assert ProductRelation.objects.get().suggested == shop["Bag"]


@pytest.mark.parametrize(
    ("amount", "currency", "language", "shown"),
    [
        ("1234.5", "USD", "en", "1,234.50 USD"),
        ("1234.5", "JPY", "en", "1,235 JPY"),
        ("1234.5", "EUR", "de", "1.234,50 EUR"),
        ("1234.5", "KWD", "en", "1,234.500 KWD"),
    ],
)
def test_prices_are_written_without_babel(amount, currency, language, shown):
    assert get_adapter().format_price(Decimal(amount), currency, language) == shown
