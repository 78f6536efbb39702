"""The OpenAPI description, committed and served."""

import importlib
import sys
import uuid
from decimal import Decimal
from io import StringIO

import pytest
import yaml
from django.core.management import call_command
from django.urls import include, path, reverse

import xsell.api
from tests.architecture.budget import ROOT
from xsell.api.serializers import SuggestedProductSerializer
from xsell.exceptions import MissingExtra
from xsell.values import ProductDetails

RENEW = (
    "python manage.py spectacular --urlconf xsell.api.urls "
    "--custom-settings xsell.api.schema.SETTINGS --file docs/openapi.yaml"
)

urlpatterns = [path("shop/suggestions/", include("xsell.api.urls"))]


def test_the_committed_description_is_up_to_date():
    written = StringIO()
    call_command(
        "spectacular",
        urlconf="xsell.api.urls",
        custom_settings="xsell.api.schema.SETTINGS",
        validate=True,
        fail_on_warn=True,
        stdout=written,
    )
    committed = (ROOT / "docs/openapi.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(written.getvalue()) == yaml.safe_load(committed), f"renew it: {RENEW}"


def test_the_command_that_renews_it_is_written_where_one_looks():
    written = (ROOT / "xsell/api/schema.py").read_text(encoding="utf-8")
    assert RENEW in " ".join(written.replace("\\\n", "").split())


def test_the_served_description_is_the_committed_one(client, db):
    served = yaml.safe_load(client.get(reverse("xsell-api:schema")).content)
    assert served == yaml.safe_load((ROOT / "docs/openapi.yaml").read_text(encoding="utf-8"))


@pytest.mark.urls(__name__)
def test_it_names_the_address_where_the_host_mounted_it(client, db):
    served = yaml.safe_load(client.get("/shop/suggestions/schema/").content)
    assert served["servers"] == [{"url": "/shop/suggestions"}]


def test_it_needs_no_schema_class_in_the_hosts_settings(client, db, settings):
    settings.REST_FRAMEWORK = {}
    served = yaml.safe_load(client.get(reverse("xsell-api:schema")).content)
    assert "/placements/{slug}/" in served["paths"]


@pytest.mark.parametrize("product_id", [7, "sku-7", uuid.UUID(int=7)])
def test_ids_are_text_whatever_the_shops_keys_are(product_id):
    product = ProductDetails(product_id, "Camera", "/c", Decimal("1.0"), "USD", True, product_id)
    assert SuggestedProductSerializer(product).data["id"] == str(product_id)


def test_without_its_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rest_framework", None)
    with pytest.raises(MissingExtra, match=r"pip install 'xsell\[api\]'"):
        importlib.reload(xsell.api)
