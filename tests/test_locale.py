"""What shoppers and merchandisers read in other languages than English."""

import os
import re
import subprocess
import sys
from decimal import Decimal
from html import unescape
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.contrib.sessions.backends.db import SessionStore
from django.template import engines
from django.utils import translation
from django.utils.functional import Promise

from tests import factories as make
from tests.tokens import click
from tests.wording import (
    catalogue,
    forms,
    in_python,
    in_template,
    messages,
    pieced_together,
    placeholders,
    said_in,
    unmarked_words,
)
from xsell.adapters import get_adapter

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "xsell"
TEMPLATES = sorted(APP.rglob("templates/**/*.html"))
CATALOGUES = {path.parts[-3]: path for path in APP.glob("locale/*/LC_MESSAGES/django.po")}

assert "de" in CATALOGUES
every_language = pytest.mark.parametrize("language", sorted(CATALOGUES))

# ----------------------------------------------------------------------------------- catalogues


@every_language
def test_every_message_is_translated_and_none_by_guess(language):
    read = catalogue(CATALOGUES[language])
    assert [it.id for it in read if it.fuzzy or not all(forms(it.string))] == []


@every_language
def test_nothing_is_kept_that_nobody_says_any_more(language):
    assert list(catalogue(CATALOGUES[language]).obsolete) == []


@every_language
def test_a_plural_has_as_many_forms_as_the_language(language):
    read = catalogue(CATALOGUES[language])
    counts = {len(translated) for said, translated in messages(read).items() if len(said[1]) > 1}
    assert counts == {read.num_plurals}


@every_language
def test_the_compiled_catalogue_says_the_same(language):
    read = catalogue(CATALOGUES[language])
    compiled = catalogue(CATALOGUES[language].with_suffix(".mo"))
    assert messages(compiled) == messages(read)
    assert compiled.plural_expr == read.plural_expr


@every_language
def test_no_translation_loses_or_invents_a_placeholder(language):
    wrong = [
        (said, text)
        for (_context, said), translated in messages(catalogue(CATALOGUES[language])).items()
        for text in translated
        if placeholders([text]) != placeholders(said)
    ]
    assert wrong == []


@every_language
def test_the_catalogue_tells_what_it_is_and_nothing_of_the_machine(language):
    text = CATALOGUES[language].read_text(encoding="utf-8")
    header = text.partition("\n\n")[0]
    assert [it for it in ("PACKAGE", "YEAR", "FULL NAME", "EMAIL@") if it in header] == []
    assert f'"Language: {language}\\n"' in header
    assert "\n#: " not in text  # where each message is: that changes with every line of code


@every_language
def test_words_that_django_has_too_are_said_as_django_says_them(language):
    """A project has one catalogue of all its apps: ours must not change Django's own screens."""
    ours = messages(catalogue(CATALOGUES[language]))
    of_django = list(Path(django.__file__).parent.rglob(f"locale/{language}/LC_MESSAGES/django.mo"))
    assert of_django
    for theirs in map(messages, map(catalogue, of_django)):
        shared = ours.keys() & theirs.keys()
        assert {said: ours[said] for said in shared} == {said: theirs[said] for said in shared}


# ---------------------------------------------------------------------------- what the app says


@every_language
def test_the_catalogue_has_what_the_app_says_and_nothing_else(language):
    known, said = set(messages(catalogue(CATALOGUES[language]))), said_in(APP)
    assert (said - known, known - said) == (set(), set())


EGGS = (None, ("%(n)s egg", "%(n)s eggs"))
EGGS_IN_A_TEMPLATE = """  {% blocktranslate count n=some|length trimmed %}
    {{ n }} egg{% plural %}{{ n }} eggs
  {% endblocktranslate %}"""


@pytest.mark.parametrize(
    ("read", "source", "found"),
    [
        (in_python, '_("Price")', {(None, ("Price",))}),
        (in_python, 'gettext_noop("A " "step")', {(None, ("A step",))}),
        (in_python, 'ngettext("%(n)s egg", "%(n)s eggs", n)', {EGGS}),
        (in_python, 'pgettext_lazy("verb", "order")', {("verb", ("order",))}),
        (in_python, 'print("Price")', set()),
        (in_template, '<b>{% translate "Price" %}</b>', {(None, ("Price",))}),
        (in_template, "  x\n {{ _('A') }}\n{% trans 'B' as b %}", {(None, ("A",)), (None, ("B",))}),
        (in_template, EGGS_IN_A_TEMPLATE, {EGGS}),
    ],
)
def test_messages_are_found_where_they_are_said(read, source, found):
    assert read(source) == found


@pytest.mark.parametrize(
    ("call", "faults"),
    [
        ("_(f'{n} eggs')", 1),
        ("gettext('a' + b)", 1),
        ("ngettext('%s egg' % n, 'eggs', n)", 1),
        ("translation.gettext_lazy('{} eggs'.format(n))", 1),
        ("_('%(n)s eggs') % {'n': n}", 0),
        ("_('Two ' 'parts')", 0),
        ("gettext(content.heading)", 0),
    ],
)
def test_a_message_that_is_pieced_together_is_noticed(call, faults):
    assert len(pieced_together(call)) == faults


def test_no_message_is_pieced_together_before_it_is_translated():
    sources = [path.read_text(encoding="utf-8") for path in APP.rglob("*.py")]
    assert [call for source in sources for call in pieced_together(source)] == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('<a title="Buy">{% if it %}now{% endif %} {{ it }}</a>', ["now", "Buy"]),
        ('<a title="{% translate "Buy" %}" class="x">{{ it }} × 2</a>{# a note #}', []),
        ("{% blocktranslate %}Yes, {{ it }}{% endblocktranslate %}", []),
    ],
)
def test_words_that_nobody_can_translate_are_noticed(source, words):
    assert unmarked_words(source) == words


def test_no_template_has_words_that_nobody_can_translate():
    assert TEMPLATES
    sources = [path.read_text(encoding="utf-8") for path in TEMPLATES]
    assert [word for source in sources for word in unmarked_words(source)] == []


def test_every_label_in_the_admin_can_be_translated():
    labels = {}
    for model in apps.get_app_config("xsell").get_models():
        labels[f"a {model.__name__}"] = model._meta.verbose_name
        labels[f"many {model.__name__}"] = model._meta.verbose_name_plural
        for field in (it for it in model._meta.fields if not it.auto_created):
            labels[str(field)] = field.verbose_name
            labels.update({f"{field}: {value}": label for value, label in field.flatchoices})
    assert labels["xsell.Tier.ladder"] == "ladder"
    assert [where for where, label in labels.items() if not isinstance(label, Promise)] == []


# ---------------------------------------------------------------------------------- in the shop


@pytest.fixture
def german():
    with translation.override("de"):
        yield


@pytest.fixture
def shopper(rf, db):
    """A request of somebody without an account."""
    request = rf.get("/")
    request.user, request.session = AnonymousUser(), SessionStore()
    return request


def read_by(shopper, source, **context):
    """What the tags draw, every space a plain one."""
    template = engines["django"].from_string("{% load xsell %}" + source)
    html = template.render({"request": shopper, **context}, shopper)
    return re.sub(r"\s+", " ", unescape(html))


def not_in(html, words):
    return [it for it in words if it not in html]


def test_a_product_page_is_german_to_a_german_shopper(shop, shopper, german):
    for name, price in [("camera", "100.00"), ("strap", "19.90"), ("case", "5.10")]:
        shop.stock(name, price=Decimal(price))
    shop.bought_with("camera", "strap", n_both=3)
    make.CoPurchaseFactory(run=shop.run, anchor=shop["camera"], suggested=shop["case"], position=2)
    html = read_by(shopper, "{% frequently_bought_together product %}", product=shop["camera"])
    heading = [">Wird oft zusammen gekauft</h2>", "125,00 $"]
    evidence = ["Dieses Produkt", "In 3 Bestellungen zus", "In 40 Bestellungen zusammen gekauft"]
    buttons = [">In den Warenkorb<", "Alle 3 zusammen <strong", ">Alle 3 in den Warenkorb</button>"]
    assert not_in(html, heading + evidence + buttons) == []


@pytest.mark.parametrize(
    ("price", "words"),
    [("3.50", "nur 1,50 $ mehr"), ("2.00", "zum gleichen Preis"), ("1.20", "0,80 $ weniger")],
)
def test_a_step_up_is_german_to_a_german_shopper(shop, shopper, german, price, words):
    shop.stock("plain", price=Decimal("2.00"))
    shop.stock("fancy", price=Decimal(price))
    shop.ladder("plain", "fancy", recommended="fancy")
    source = "{% upgrade_to_premium product %}{% tier_table product %}"
    html = read_by(shopper, source, product=shop["plain"])
    upgrade = ["Eine Stufe besser", words, "Stattdessen dieses wählen"]
    table = ["Vergleichen und wählen", "Empfohlen", ">Preis<", "Dieses sehen Sie gerade"]
    assert not_in(html, upgrade + table) == []


def test_a_set_and_a_bump_are_german_to_a_german_shopper(shop, shopper, german):
    shop.stock("bread", price=Decimal("2.50"))
    shop.stock("egg", price=Decimal("0.30"))
    shop.bundle(10, {"bread": 1, "egg": 6})
    shop.offer("jam")
    source = "{% bundle_offers product %}{% bump_offers %}"
    html = read_by(shopper, source, product=shop["bread"])
    bundle = ["Im Set günstiger", "einzeln 4,30 $, Sie sparen 0,43 $", "Set in den Warenkorb"]
    bump = ["Ergänzen Sie Ihre Bestellung", "Ja, jam für 2,50 $ hinzufügen"]
    assert not_in(html, bundle + bump) == []


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["strap"], "1 Produkt liegt jetzt in Ihrem Warenkorb."),
        (["strap", "case"], "2 Produkte liegen jetzt in Ihrem Warenkorb."),
    ],
)
def test_a_german_shopper_reads_what_came_of_it(shop, client, german, names, words):
    response = click(client, "add", *(shop[name] for name in names))
    assert [str(it) for it in get_messages(response.wsgi_request)] == [words]


@pytest.mark.parametrize(
    ("language", "stock", "words"),
    [
        ("en", 1, "Only 1 of lamp is left."),
        ("en", 2, "Only 2 of lamp are left."),
        ("de", 1, "Von „lamp“ ist nur noch 1 Stück da."),
        ("de", 2, "Von „lamp“ sind nur noch 2 Stück da."),
    ],
)
def test_the_last_one_is_not_spoken_of_as_many(shop, shopper, language, stock, words):
    shop.stock("lamp", stock=stock)
    with translation.override(language):
        change = get_adapter().add_to_cart(shopper, shop["lamp"].pk, 3)
    assert (change.done, change.reason) == (False, words)


# ----------------------------------------------------------------------------------- migrations


@pytest.mark.parametrize("language", ["de", "ar"])
def test_a_project_in_another_language_needs_no_migration_of_its_own(tmp_path, language):
    settings = f'from demo_shop.settings import *\n\nLANGUAGE_CODE = "{language}"\n'
    (tmp_path / "shop_abroad.py").write_text(settings)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "shop_abroad",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
        "XSELL_DATABASE": "sqlite",
        "XSELL_DATABASE_NAME": str(tmp_path / "shop.sqlite3"),
    }
    command = [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "No changes detected"), done.stderr
