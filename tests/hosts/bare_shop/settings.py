"""A plain project: Django's own apps, the shop, xsell, and no extra to be had."""

from tests.hosts.bare_shop.missing import forget

forget()  # before anything else is imported

from tests.hosts.databases import database  # noqa: E402

SECRET_KEY = "only-for-tests-in-a-process-of-their-own"
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "demo_shop",
    "xsell",
    "tests.hosts.bare_shop",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
ROOT_URLCONF = "tests.hosts.bare_shop.urls"
DATABASES = {"default": database(ATOMIC_REQUESTS=True)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
USE_TZ = True
STATIC_URL = "static/"

XSELL_PRODUCT_MODEL = "demo_shop.Product"
XSELL_ADAPTER = "demo_shop.xsell_adapter.ShopAdapter"
XSELL_FAIL_LOUDLY = True
