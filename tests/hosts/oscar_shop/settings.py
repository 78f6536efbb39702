"""Oscar's sandbox, as small as it goes."""

import oscar
from oscar.defaults import *  # noqa: F403 - how Oscar wants it

from tests.hosts.databases import database

SECRET_KEY = "only-for-tests-in-a-process-of-their-own"
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "tests.hosts.oscar_shop",  # before Oscar: its templates extend Oscar's own
    "xsell",
    "xsell.contrib.oscar",
    *oscar.INSTALLED_APPS,
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
]
AUTHENTICATION_BACKENDS = ["oscar.apps.customer.auth_backends.EmailBackend"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.core.context_processors.metadata",
            ],
        },
    },
]
ROOT_URLCONF = "tests.hosts.oscar_shop.urls"
DATABASES = {"default": database(ATOMIC_REQUESTS=True)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Oscar's 134 migrations take half a minute: its tables are made from its models instead, and with
# them those of Django's apps that Oscar points to. xsell's own migrations run for real.
WITHOUT_MIGRATIONS = [
    *("address", "analytics", "basket", "catalogue", "communication", "customer", "offer"),
    *("order", "partner", "payment", "reviews", "shipping", "voucher", "wishlists"),
    *("admin", "auth", "contenttypes", "flatpages", "sessions", "sites"),
]
MIGRATION_MODULES = dict.fromkeys(WITHOUT_MIGRATIONS)
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
SITE_ID = 1
USE_TZ = True
TIME_ZONE = "Europe/London"
STATIC_URL = "static/"
MEDIA_URL = "media/"

OSCAR_DEFAULT_CURRENCY = "EUR"
OSCAR_INITIAL_ORDER_STATUS = "Pending"
OSCAR_INITIAL_LINE_STATUS = "Pending"
OSCAR_ORDER_STATUS_PIPELINE = {"Pending": ("Cancelled",), "Cancelled": ()}

XSELL_PRODUCT_MODEL = "catalogue.Product"
XSELL_ADAPTER = "xsell.contrib.oscar.adapter.OscarAdapter"
XSELL_FAIL_LOUDLY = True
