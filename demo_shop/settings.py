"""Settings of the demo shop: what a host project needs for xsell, and nothing clever."""

import os
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = os.environ.get("XSELL_DEBUG", "1") == "1"
# The shop is a demonstration on a developer's machine: the key protects nobody's money.
SECRET_KEY = os.environ.get("XSELL_SECRET_KEY", "demo-only-never-use-this-key-in-a-real-shop")
ALLOWED_HOSTS = os.environ.get("XSELL_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "demo_shop",
    "xsell",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "demo_shop.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "demo_shop.urls"
WSGI_APPLICATION = "demo_shop.wsgi.application"
ASGI_APPLICATION = "demo_shop.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "demo_shop.context_processors.shop",
            ],
        },
    },
]


def sqlite_database() -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("XSELL_DATABASE_NAME", BASE_DIR / "demo.sqlite3"),
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {
            "timeout": 30,
            # A request reads before it writes. Begun as a reader it could not become a writer
            # once somebody else has written, and SQLite would refuse without waiting.
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
            ),
        },
    }


def postgresql_database() -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("XSELL_DATABASE_NAME", "xsell"),
        "HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "PORT": os.environ.get("PGPORT", "5432"),
        "USER": os.environ.get("PGUSER", ""),
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
        "ATOMIC_REQUESTS": True,
        "CONN_HEALTH_CHECKS": True,
    }


def mariadb_database() -> dict[str, Any]:
    """Needs mysqlclient, which is built from source: requirements-dev.txt does without it."""
    return {
        "ENGINE": "django.db.backends.mysql",
        "NAME": os.environ.get("XSELL_DATABASE_NAME", "xsell"),
        # The names by which MariaDB's own client is told.
        "HOST": os.environ.get("MYSQL_HOST", "127.0.0.1"),
        "PORT": os.environ.get("MYSQL_TCP_PORT", "3306"),
        "USER": os.environ.get("MYSQL_USER", "root"),
        "PASSWORD": os.environ.get("MYSQL_PWD", ""),
        "ATOMIC_REQUESTS": True,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "charset": "utf8mb4",
            # Whatever the server's own mode: too long a text is refused, not cut.
            "sql_mode": "STRICT_TRANS_TABLES",
            "isolation_level": "read committed",
        },
        "TEST": {"CHARSET": "utf8mb4"},
    }


DATABASE_CHOICES = {
    "sqlite": sqlite_database,
    "postgresql": postgresql_database,
    "mariadb": mariadb_database,
}
DATABASES = {"default": DATABASE_CHOICES[os.environ.get("XSELL_DATABASE", "sqlite")]()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/New_York"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static_root"

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "order-history"
LOGOUT_REDIRECT_URL = "home"

REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
SPECTACULAR_SETTINGS = {"TITLE": "xsell", "VERSION": "1", "SERVE_INCLUDE_SCHEMA": False}

XSELL_PRODUCT_MODEL = "demo_shop.Product"
XSELL_ADAPTER = "demo_shop.xsell_adapter.ShopAdapter"

CELERY_BROKER_URL = os.environ.get("XSELL_BROKER_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
# A broker that is down must cost a shopper milliseconds: the defaults block for 19 seconds.
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {"xsell": {"handlers": ["console"], "level": "INFO"}},
}
