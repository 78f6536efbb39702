"""The one way in which xsell's rows point to the host's product."""

from __future__ import annotations

from typing import Any

from django.db import models

from xsell.conf import conf


class ProductKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key to `XSELL_PRODUCT_MODEL` that migrates as Django's AUTH_USER_MODEL does.

    The migration says `settings.XSELL_PRODUCT_MODEL`, so one file serves integer, UUID and slug
    keys. Reverse accessors are off: the host's product gets no attributes from us.
    """

    def __init__(self, to: Any = None, on_delete: Any = models.CASCADE, **kwargs: Any) -> None:
        kwargs.setdefault("related_name", "+")
        super().__init__(to or conf.PRODUCT_MODEL, on_delete, **kwargs)

    @property
    def swappable_setting(self) -> str:
        """Name of the setting that a migration writes instead of the model's label."""
        return "XSELL_PRODUCT_MODEL"


def mined_product_key() -> ProductKey:
    """A key without constraint and index: rebuilt by the million, vanished targets are skipped."""
    return ProductKey(on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
