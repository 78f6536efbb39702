"""The demo shop's settings with hashed names for its static files: every name must exist."""

import os

from demo_shop.settings import *

DEBUG = False
STATIC_ROOT = os.environ["STATIC_ROOT"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
