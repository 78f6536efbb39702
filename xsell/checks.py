"""Wrong set-ups are refused at start, each with an id and a hint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from xsell.adapters import get_adapter
from xsell.conf import conf

REQUEST_PROCESSOR = "django.template.context_processors.request"

SENSE = {
    "XSELL_FAIL_LOUDLY": ("neither True nor False", "A text is true, whatever it says."),
    "XSELL_KEEP_SNAPSHOTS": (
        "not a whole number above 0",
        "1 keeps the serving snapshot alone; 3 lets you go back twice.",
    ),
    "XSELL_STORE": (
        "not the absolute path of a folder",
        "As in XSELL_STORE = BASE_DIR / 'xsell-store': commands start in folders of all kinds.",
    ),
}
"""What is said of a setting with a senseless value, and how to mend it."""


@register()
def check_product_model(
    *, app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """xsell.E001: `XSELL_PRODUCT_MODEL` names an installed model."""
    try:
        apps.get_model(conf.PRODUCT_MODEL)
    except (LookupError, ValueError) as error:
        return [
            Error(
                f"XSELL_PRODUCT_MODEL = {conf.PRODUCT_MODEL!r} is not an installed model: {error}",
                hint='Name it as "app_label.Model", and have its app in INSTALLED_APPS.',
                id="xsell.E001",
            )
        ]
    return []


@register()
def check_adapter(*, app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """xsell.E002: `XSELL_ADAPTER` names an adapter; what that adapter itself finds wrong."""
    try:
        return get_adapter().check()
    except (ImproperlyConfigured, TypeError) as error:
        return [
            Error(
                str(error),
                hint="Copy demo_shop/xsell_adapter.py and name your fields in it.",
                id="xsell.E002",
            )
        ]


@register()
def check_settings(*, app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """xsell.E005: no setting is misspelt, and each has a value of its kind."""
    known = {f"XSELL_{name}" for name in dir(type(conf)) if name.isupper()}
    errors: list[CheckMessage] = [
        Error(
            f"{name} is not a setting of xsell.",
            hint=f"Known settings: {', '.join(sorted(known))}.",
            id="xsell.E005",
        )
        for name in dir(settings)
        if name.startswith("XSELL_") and name not in known
    ]
    return [*errors, *_senseless_values()]


def _senseless_values() -> list[CheckMessage]:
    """One error for each setting whose value is of the wrong kind."""
    fail_loudly: object = conf.FAIL_LOUDLY
    keep: object = conf.KEEP_SNAPSHOTS
    store: object = conf.STORE
    sensible = {
        "XSELL_FAIL_LOUDLY": isinstance(fail_loudly, bool),
        "XSELL_KEEP_SNAPSHOTS": type(keep) is int and keep >= 1,
        "XSELL_STORE": store is None
        or (isinstance(store, (str, Path)) and Path(store).is_absolute()),
    }
    return [
        Error(
            f"{name} = {getattr(settings, name)!r} is {SENSE[name][0]}.",
            hint=SENSE[name][1],
            id="xsell.E005",
        )
        for name, is_sensible in sensible.items()
        if not is_sensible
    ]


@register()
def check_job_runner(
    *, app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """xsell.E007: `XSELL_JOB_RUNNER`, where it is set, names something that can be called."""
    path: object = conf.JOB_RUNNER
    hint = 'With Celery: XSELL_JOB_RUNNER = "xsell.tasks.enqueue"; without a runner leave it out.'
    if path in ("", None):
        return []
    if not isinstance(path, str):
        return [Error(f"XSELL_JOB_RUNNER = {path!r} is no path.", hint=hint, id="xsell.E007")]
    try:
        runner = import_string(path)
    except ImportError as error:
        message = f"XSELL_JOB_RUNNER = {path!r} cannot be imported: {error}"
        return [Error(message, hint=hint, id="xsell.E007")]
    if not callable(runner):
        message = f"XSELL_JOB_RUNNER = {path!r} cannot be called."
        return [Error(message, hint=hint, id="xsell.E007")]
    return []


@register()
def check_addresses(
    *, app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """xsell.W002: the buttons that the tags draw have addresses."""
    try:
        reverse("xsell:take")
    except NoReverseMatch:
        return [
            Warning(
                "xsell's buttons have no addresses: its tags render nothing.",
                hint='Add path("xsell/", include("xsell.storefront.urls")) to your urlpatterns.',
                id="xsell.W002",
            )
        ]
    return []


@register()
def check_request_in_templates(
    *, app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """xsell.W001: templates have the request, without which every tag renders nothing."""
    engines: list[dict[str, Any]] = settings.TEMPLATES
    for engine in engines:
        processors = engine.get("OPTIONS", {}).get("context_processors", ())
        if REQUEST_PROCESSOR in processors:
            return []
    return [
        Warning(
            "No template engine has the request in its context: xsell's tags render nothing.",
            hint=f"Add {REQUEST_PROCESSOR!r} to the context_processors in TEMPLATES.",
            id="xsell.W001",
        )
    ]
