"""Wrong set-ups are refused at start, each with an id and a hint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from xsell.adapters import get_adapter
from xsell.conf import conf

REQUEST_PROCESSOR = "django.template.context_processors.request"


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
    fail_loudly: object = conf.FAIL_LOUDLY
    if not isinstance(fail_loudly, bool):
        errors.append(
            Error(
                f"XSELL_FAIL_LOUDLY = {fail_loudly!r} is neither True nor False.",
                hint="A text is true, whatever it says.",
                id="xsell.E005",
            )
        )
    keep = conf.KEEP_SNAPSHOTS
    if type(keep) is not int or keep < 1:
        errors.append(
            Error(
                f"XSELL_KEEP_SNAPSHOTS = {keep!r} is not a whole number above 0.",
                hint="1 keeps the serving snapshot alone; 3 lets you go back twice.",
                id="xsell.E005",
            )
        )
    return errors


@register()
def check_addresses(
    *, app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """xsell.W002: the buttons that the tags draw have addresses."""
    try:
        reverse("xsell:add")
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
