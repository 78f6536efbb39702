"""Everything that the demo shop has otherwise: keys, users, times, language, no extra's app."""

from tests.hosts.databases import database

SECRET_KEY = "only-for-tests-in-a-process-of-their-own"
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "xsell",
    "tests.hosts.uuid_shop",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
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
ROOT_URLCONF = "tests.hosts.uuid_shop.urls"
DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

AUTH_USER_MODEL = "uuid_shop.Shopper"
LANGUAGE_CODE = "ar"
TIME_ZONE = "Asia/Riyadh"
USE_TZ = False
STATIC_URL = "static/"

XSELL_PRODUCT_MODEL = "uuid_shop.Product"
XSELL_ADAPTER = "tests.hosts.uuid_shop.xsell_adapter.ShopAdapter"
XSELL_FAIL_LOUDLY = True
