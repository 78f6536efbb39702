"""The one way in which xsell's rows point to the host's product."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models

from xsell.conf import conf
from xsell.values import ProductId


def go_with_product(collector: Any, field: Any, sub_objs: Any, using: str) -> None:
    """CASCADE for a key that may be empty, of a row that a product's deletion must take along.

    Where constraints are not deferred, as on MariaDB, Django's own first empties the key, and a
    condition without its product is refused by the database.
    """
    collector.collect(
        sub_objs,
        source=field.remote_field.model,
        source_attr=field.name,
        nullable=False,
        fail_on_restricted=False,
    )


class ProductKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key to `XSELL_PRODUCT_MODEL` that migrates as Django's AUTH_USER_MODEL does.

    The migration says `settings.XSELL_PRODUCT_MODEL`, so one file serves integer, UUID and slug
    keys. Reverse accessors are off: the host's product gets no attributes from us.
    """

    def __init__(self, to: Any = None, on_delete: Any = models.CASCADE, **kwargs: Any) -> None:
        kwargs.setdefault("related_name", "+")
        super().__init__(to or conf.PRODUCT_MODEL, on_delete, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        """Raise ImproperlyConfigured where the setting names no model.

        The admin makes its forms before Django runs its checks, and would fail without a word
        about the setting.
        """
        if isinstance(self.remote_field.model, str):
            raise ImproperlyConfigured(
                f"(xsell.E001) XSELL_PRODUCT_MODEL = {conf.PRODUCT_MODEL!r} is not an installed "
                'model. Name it as "app_label.Model", and have its app in INSTALLED_APPS.'
            )
        return super().formfield(**kwargs)

    @property
    def swappable_setting(self) -> str:
        """Name of the setting that a migration writes instead of the model's label."""
        return "XSELL_PRODUCT_MODEL"


def mined_product_key(verbose_name: Any) -> ProductKey:
    """A key without constraint and index: rebuilt by the million, vanished targets are skipped."""
    return ProductKey(
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        verbose_name=verbose_name,
    )


def product_id_from(text: str) -> ProductId:
    """The product id that a form or an address spells. Raise ValidationError if it is none."""
    key = apps.get_model(conf.PRODUCT_MODEL)._meta.pk
    if key is None or not text or "\x00" in text:
        raise ValidationError("An empty text is no product id.")
    product_id: ProductId = key.clean(text, None)
    return product_id


def as_json(product_id: ProductId | None) -> str | None:
    """The product id, of whatever kind the host's keys are, as JSON keeps it."""
    return None if product_id is None else str(product_id)


def from_json(text: str | None) -> ProductId:
    """The product id that `as_json` wrote; a text that is no key of this shop's stays as it is."""
    key = apps.get_model(conf.PRODUCT_MODEL)._meta.pk
    if key is None or not text:
        return text
    try:
        return key.to_python(text)
    except ValidationError:
        return text
