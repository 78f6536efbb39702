"""Wrong set-ups are refused at start, with an id and a message that names what to mend."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db.models import Q

from demo_shop.xsell_adapter import ShopAdapter
from tests.architecture.budget import ROOT
from xsell.adapters import BaseAdapter
from xsell.adapters.model import CategoryFields, ModelAdapter

pytestmark = pytest.mark.django_db  # from 6.1 on Django's own checks ask the database


class NotAnAdapter:
    """A class of another kind."""


class HalfAdapter(BaseAdapter):
    """Says who is shopping and nothing else."""

    def context(self, request):
        raise NotImplementedError

    def context_for(self, customer_id=None):
        raise NotImplementedError


class WithoutMappings(ModelAdapter):
    currency = "USD"


def with_fields(mapping: str, **fields: object) -> type[ShopAdapter]:
    """The demo shop's adapter with some fields of a mapping changed."""
    right = getattr(ShopAdapter, mapping)
    values = {name: getattr(right, name) for name in right.__dataclass_fields__}
    return type("Changed", (ShopAdapter,), {mapping: type(right)(**{**values, **fields})})


WrongTitle = with_fields("product", title="name")
WrongFamily = with_fields("product", family="parent_id")
WrongCategory = with_fields("product", categories=("category_id", "shelf__aisle_id"))
WrongAttribute = with_fields("product", attributes={"Brand": "maker"})
WrongAvailable = with_fields("product", available=Q(is_public=True))
WrongOrderModel = with_fields("order_line", model="demo_shop.PurchaseLine")
WrongPlacedAt = with_fields("order_line", placed_at="order__date")
WrongCounts = with_fields("order_line", counts=Q(order__state="paid"))
WrongCartPrice = with_fields("cart_line", unit_price="product__cost")
NO_RUNNER = "run"


class FloatShipping(ShopAdapter):
    free_shipping_from = {"EUR": 50.0, "USD": Decimal("35.00")}


class WrongCategoryModel(ShopAdapter):
    category = CategoryFields(model="Category")


# The admin makes forms of our models before any check runs; without it the check speaks.
WITHOUT_ADMIN = """
INSTALLED_APPS.remove("django.contrib.admin")
ROOT_URLCONF = "xsell.storefront.urls"
"""


def here(adapter: str) -> str:
    return f"{__name__}.{adapter}"


@pytest.fixture
def found(settings):
    """Messages of xsell's checks, by id."""

    def check() -> dict[str, str]:
        messages = [it for it in run_checks() if it.id.startswith("xsell.")]
        assert all(it.hint for it in messages), "each says how to mend it"
        return {it.id: it.msg for it in messages}

    return check


def test_the_demo_shop_is_set_up_rightly(found):
    assert found() == {}


def test_no_database_is_warned_of_what_xsell_keeps_by_itself():
    assert run_checks(databases=["default"]) == []


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("", ["XSELL_ADAPTER is not set"]),
        ("ShopAdapter", ["XSELL_ADAPTER = 'ShopAdapter'", "cannot be imported"]),
        ("no.such.shop.ShopAdapter", ["XSELL_ADAPTER = 'no.such.shop.ShopAdapter'"]),
        ("demo_shop.xsell_adapter.Missing", ["demo_shop.xsell_adapter.Missing", '"Missing"']),
        (here("NotAnAdapter"), ["NotAnAdapter' is not a subclass of xsell.adapters.BaseAdapter"]),
        (here("HalfAdapter"), ["HalfAdapter", "add_to_cart", "details", "replace_line"]),
    ],
)
def test_what_is_no_adapter_is_refused(settings, found, path, named):
    settings.XSELL_ADAPTER = path
    messages = found()
    assert set(messages) == {"xsell.E002"}
    assert [part for part in named if part not in messages["xsell.E002"]] == []


def test_an_adapter_without_its_mappings_is_refused(settings, found):
    settings.XSELL_ADAPTER = here("WithoutMappings")
    assert found() == {
        "xsell.E003": f"{here('WithoutMappings')} does not say its product, order_line, cart_line."
    }


@pytest.mark.parametrize(
    ("adapter", "mapping", "wrong"),
    [
        ("WrongTitle", "product", "title = 'name'"),
        ("WrongFamily", "product", "family = 'parent_id'"),
        ("WrongCategory", "product", "category_1 = 'shelf__aisle_id'"),
        ("WrongAttribute", "product", "attribute_0 = 'maker'"),
        ("WrongAvailable", "product", "is_public"),
        ("WrongOrderModel", "order_line", "model = 'demo_shop.PurchaseLine'"),
        ("WrongPlacedAt", "order_line", "placed_at = 'order__date'"),
        ("WrongCounts", "order_line", "order__state"),
        ("WrongCartPrice", "cart_line", "unit_price = 'product__cost'"),
        ("WrongCategoryModel", "category", "model = 'Category'"),
    ],
)
def test_a_wrong_field_path_is_refused_by_name(settings, found, adapter, mapping, wrong):
    settings.XSELL_ADAPTER = here(adapter)
    messages = found()
    assert set(messages) == {"xsell.E004"}
    assert f".{mapping}: " in messages["xsell.E004"]
    assert wrong in messages["xsell.E004"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("XSELL_ADAPTOR", "demo_shop.xsell_adapter.ShopAdapter"),
        ("XSELL_KEEP_SNAPSHOT", 3),
        ("XSELL_KEEP_SNAPSHOTS", 0),
        ("XSELL_KEEP_SNAPSHOTS", "3"),
        ("XSELL_FAIL_LOUDLY", "no"),
        ("XSELL_STORE", "xsell-store"),
        ("XSELL_STORE", Path("xsell-store")),
        ("XSELL_STORE", ""),
        ("XSELL_STORE", 7),
    ],
)
def test_a_misspelt_setting_and_a_senseless_value_are_refused(settings, found, name, value):
    setattr(settings, name, value)
    messages = found()
    assert set(messages) == {"xsell.E005"}
    assert name in messages["xsell.E005"]


@pytest.mark.parametrize("folder", [None, "/var/lib/shop", Path("/var/lib/shop")])
def test_the_store_is_an_absolute_path_or_left_out(settings, found, folder):
    settings.XSELL_STORE = folder
    assert found() == {}


@pytest.mark.parametrize(
    ("runner", "said"),
    [
        ("no.such.runner", "XSELL_JOB_RUNNER = 'no.such.runner' cannot be imported"),
        ("runner", "XSELL_JOB_RUNNER = 'runner' cannot be imported"),
        (here("NO_RUNNER"), "NO_RUNNER' cannot be called"),
        (print, "is no path"),
    ],
)
def test_a_job_runner_that_cannot_be_called_is_refused(settings, found, runner, said):
    settings.XSELL_JOB_RUNNER = runner
    messages = found()
    assert set(messages) == {"xsell.E007"}
    assert said in messages["xsell.E007"]


@pytest.mark.parametrize("runner", ["", None, "xsell.services.jobs.run_job"])
def test_a_job_runner_is_a_callable_or_left_out(settings, found, runner):
    settings.XSELL_JOB_RUNNER = runner
    assert found() == {}


def test_a_threshold_of_free_shipping_is_an_amount(settings, found):
    settings.XSELL_ADAPTER = here("FloatShipping")
    messages = found()
    assert set(messages) == {"xsell.E004"}
    assert "free_shipping_from: 50.0 for 'EUR' is no amount" in messages["xsell.E004"]


def test_templates_without_the_request_are_warned_of(settings, found):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": {"context_processors": []}}]
    assert set(found()) == {"xsell.W001"}


def test_a_wrong_set_up_stops_the_deploy(settings):
    settings.XSELL_ADAPTER = "no.such.shop.ShopAdapter"
    with pytest.raises(CommandError, match=r"\(xsell\.E002\) XSELL_ADAPTER"):
        call_command("check")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("del XSELL_PRODUCT_MODEL", "ImproperlyConfigured: XSELL_PRODUCT_MODEL is not set"),
        *(
            (
                f"XSELL_PRODUCT_MODEL = '{wrong}'\n{admin}",
                f"(xsell.E001) XSELL_PRODUCT_MODEL = '{wrong}' is not an installed model",
            )
            for wrong in ("Product", "demo_shop.Article", "no_such_app.Product")
            for admin in ("", WITHOUT_ADMIN)
        ),
    ],
)
def test_a_project_without_its_product_model_does_not_start(tmp_path, changed, said):
    settings = f"from demo_shop.settings import *\n{changed}\n"
    (tmp_path / "wrong_settings.py").write_text(settings, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "django", "check", "--settings=wrong_settings"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert said in run.stderr
