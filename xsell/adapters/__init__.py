"""The host shop as xsell sees it: one adapter class, named by `XSELL_ADAPTER`."""

from __future__ import annotations

import functools
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from xsell.adapters.base import FAMILY_COLUMN, ORDER_COLUMNS, ORDER_LINE_COLUMNS, BaseAdapter
from xsell.conf import conf

__all__ = [
    "FAMILY_COLUMN",
    "ORDER_COLUMNS",
    "ORDER_LINE_COLUMNS",
    "BaseAdapter",
    "forget_adapter",
    "get_adapter",
]


@functools.cache
def get_adapter() -> BaseAdapter:
    """The host's adapter, made once per process.

    Raise ImproperlyConfigured when the setting is missing, cannot be imported, or names something
    else than a `BaseAdapter`.
    """
    path = conf.ADAPTER
    if not path:
        raise ImproperlyConfigured(
            "XSELL_ADAPTER is not set. Name your adapter class, as in "
            'XSELL_ADAPTER = "shop.xsell_adapter.ShopAdapter".'
        )
    try:
        adapter_class = import_string(path)
    except ImportError as error:
        raise ImproperlyConfigured(
            f"XSELL_ADAPTER = {path!r} cannot be imported: {error}"
        ) from error
    if not (isinstance(adapter_class, type) and issubclass(adapter_class, BaseAdapter)):
        raise ImproperlyConfigured(
            f"XSELL_ADAPTER = {path!r} is not a subclass of xsell.adapters.BaseAdapter."
        )
    return adapter_class()


def forget_adapter(*, setting: str, **kwargs: Any) -> None:
    """Receiver of `setting_changed`: tests that change the adapter get the new one."""
    if setting == "XSELL_ADAPTER":
        get_adapter.cache_clear()
