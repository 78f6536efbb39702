"""Every snippet of the README, in a project that has nothing else of ours."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from xsell.conf import Conf

README = Path(__file__).parent.parent / "README.md"
SNIPPET = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)

SETTINGS_SNIPPETS = ("settings", "store", "celery")

SETTINGS = """
from pathlib import Path
SECRET_KEY = "readme"
DEBUG = True
ROOT_URLCONF = "project.urls"
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "shop", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "rest_framework", "drf_spectacular",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DATABASES = {"default": {
    "ENGINE": "django.db.backends.sqlite3", "NAME": Path(__file__).parent / "shop.sqlite3",
}}
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [Path(__file__).parent.parent / "templates"],
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
}]
"""

URLS = """
from django.urls import include, path
urlpatterns = []
"""

MODELS = """
from django.conf import settings
from django.db import models

class Category(models.Model):
    name = models.CharField(max_length=50)

class Product(models.Model):
    name = models.CharField(max_length=50)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    stock = models.PositiveIntegerField(default=10)
    is_active = models.BooleanField(default=True)
    photo = models.FileField(blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT)
    def get_absolute_url(self):
        return f"/products/{self.pk}/"

class Order(models.Model):
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    placed_at = models.DateTimeField()
    changed_at = models.DateTimeField(auto_now=True)
    is_cancelled = models.BooleanField(default=False)

class OrderLine(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    product = models.ForeignKey(Product, null=True, on_delete=models.SET_NULL)
    quantity = models.IntegerField()
    unit_price = models.DecimalField(max_digits=8, decimal_places=2)
    saving = models.DecimalField(max_digits=8, decimal_places=2, default=0)

class Cart(models.Model):
    pass

class CartLine(models.Model):
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE)
    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    quantity = models.PositiveIntegerField(default=1)
"""

FILL = """
from datetime import timedelta
from decimal import Decimal
from django.utils import timezone
from shop.models import *
shelf = Category.objects.create(name="Shelf")
names = ["Camera", "Strap", "Case", "Soap"]
camera, strap, case, soap = (
    Product.objects.create(name=name, price=Decimal(10), category=shelf) for name in names
)
def order(*products):
    placed = Order.objects.create(placed_at=timezone.now() - timedelta(days=1))
    for product in products:
        placed.orderline_set.create(product=product, quantity=1, unit_price=10)
for _ in range(8):
    order(camera, strap, case)
for _ in range(30):
    order(soap)
"""

VISIT = r"""
import re
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from shop.models import *
from shop.consenting_adapter import ConsentingAdapter
from shop.mails import titles_for
from shop.carts import after_adding
from shop.checkout import after_log_in, place_order, refund
from shop.facts import KnownShoppers
from shop.shipping import PlainRule, RuleWithTax
from shop.totals import cart_messages, cart_total
from xsell.adapters import get_adapter
from xsell.models import Bundle
from xsell.services.pricing import price_cart
from xsell.values import ShopContext
camera, strap = Product.objects.get(name="Camera"), Product.objects.get(name="Strap")
bundle = Bundle.objects.create(name="Kit", saving_percent=10, is_live=True)
bundle.items.create(product=camera)
bundle.items.create(product=strap)
client = Client(SERVER_NAME="localhost")
request = RequestFactory().get("/")
request.user, request.session = AnonymousUser(), SessionStore()
html = render_to_string("product.html", {"product": camera}, request)
print("PRODUCT", html)
*_, token = re.findall(r'name="token" value="([^"]+)"', html)
assert client.post(reverse("xsell:take"), {"token": token}).status_code == 302
request = RequestFactory().get("/")
request.user, request.session = AnonymousUser(), client.session
print("CART", render_to_string("cart.html", {"order": Order.objects.first()}, request))
assert cart_messages(request) == []
after_adding(request, strap)
assert request.session["xsell_added"]
quote = price_cart(request)
held = get_adapter().cart(request)
abroad, home = ShopContext(country="FR"), ShopContext(country="DE")
assert PlainRule().shipping_gap(abroad, held, quote).missing == 50 - quote.total
assert RuleWithTax().shipping_gap(home, held, quote).missing == 50 - quote.total
assert RuleWithTax().shipping_gap(abroad, held, quote) is None
gardener = User.objects.create(username="gardener")
gardener.groups.create(name="Gardeners")
known = KnownShoppers().contexts_for([str(gardener.pk), "0"])
assert [it.facts["groups"] for it in known.values()] == [["Gardeners"], []]
assert KnownShoppers().context_for(str(gardener.pk)) == known[str(gardener.pk)]
assert "groups" not in KnownShoppers().context(request).facts
assert "xsell/seen.js" not in html
assert get_adapter().context(request).consent == frozenset()
request.session["agreed"] = True
agreed = ConsentingAdapter().context(request)
assert (agreed.consent, agreed.facts["has_account"]) == ({"personal"}, False)
assert ConsentingAdapter().context_for("999").facts == {"has_account": False}
del request.session["agreed"]
print("TOTAL", cart_total(request))
order = place_order(request)
lines = order.orderline_set.all()
print("ORDER", sum(line.unit_price * line.quantity - line.saving for line in lines))
line = order.orderline_set.get(product=camera)
print("BACK", refund(line, 1, "R-1"), refund(line, 1, "R-1"))
assert after_log_in(request, "999") == ()
assert set(titles_for("999")) == {"Camera", "Strap", "Case", "Soap"}
mail = render_to_string("mail.html", {"order": order})
assert "https://shop.example/products/" in mail
print("API", client.get(f"/xsell/api/products/{camera.pk}/frequently-bought-together/").json())
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project that a reader of the README has after following it."""
    root = tmp_path_factory.mktemp("readme")
    snippets = dict(SNIPPET.findall(README.read_text()))
    files = {
        "project/__init__.py": "",
        "project/settings.py": "\n".join([SETTINGS, *map(snippets.pop, SETTINGS_SNIPPETS)]),
        "project/urls.py": URLS + snippets.pop("urls") + snippets.pop("api-urls"),
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/migrations/__init__.py": "",
        **snippets,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    run(root, "django", "makemigrations", "shop")
    return root


def run(project, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=project,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "PYTHONPATH": str(project),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_following_the_readme_leads_to_a_shop_that_suggests(project):
    run(project, "django", "check", "--fail-level", "WARNING")
    run(project, "django", "migrate")
    run(project, "django", "shell", "-v0", "-c", FILL)
    assert "6 relations between 4 products" in run(project, "django", "xsell_recompute")
    product, _, rest = run(project, "django", "shell", "-v0", "-c", VISIT).partition("CART")
    cart, _, rest = rest.partition("TOTAL")
    total, _, rest = rest.partition("ORDER")
    order, _, rest = rest.partition("BACK")
    back, _, api = rest.partition("API")
    assert "Frequently bought together" in product
    assert "Add all 3 to cart" in product
    assert "separately €20.00, you save €2.00" in product
    assert "Case" in cart
    assert (total.strip(), order.strip()) == ("18.00", "18.00")
    assert back.split() == ["9.00", "9.00"]
    assert "'Case'" in api
    assert "There are no segments" in run(project, "django", "xsell_segments")
    explained = run(project, "django", "xsell_explain", "Camera", "--cart", "Strap")
    assert "- Strap [mined] eligible: already in the cart" in explained


def test_the_adapter_of_the_readme_keeps_the_contract(project):
    said = run(
        project,
        "pytest",
        "shop/test_adapter.py",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "--rootdir",
        str(project),
        "-c",
        os.devnull,
    )
    assert re.search(r"\d\d passed", said)


def test_the_commands_and_settings_that_the_readme_names_are_there():
    text = README.read_text()
    named = set(re.findall(r"manage\.py (\w+)", text)) - {"check", "migrate"}
    assert named <= set(get_commands())
    assert set(re.findall(r"^\| `XSELL_(\w+)`", text, re.MULTILINE)) == {
        name for name in vars(Conf) if name.isupper()
    }
