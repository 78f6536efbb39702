"""Django's entry into xsell."""

from django.apps import AppConfig
from django.core.signals import setting_changed
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class XsellConfig(AppConfig):
    """Registers checks and makes the placements that the tags draw."""

    name = "xsell"
    label = "xsell"
    verbose_name = _("Cross-selling and up-selling")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The registry is complete only here: these modules import models.
        from xsell import checks  # noqa: F401
        from xsell.adapters import forget_adapter
        from xsell.models import RULES, revisions
        from xsell.services import vanished
        from xsell.services.placements import create_default_placements
        from xsell.storefront import seeing

        setting_changed.connect(forget_adapter, dispatch_uid="xsell.forget_adapter")
        vanished.listen()
        seeing.listen()
        revisions.listen(RULES)
        post_migrate.connect(
            create_default_placements, sender=self, dispatch_uid="xsell.default_placements"
        )
