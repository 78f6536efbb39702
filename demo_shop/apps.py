from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DemoShopConfig(AppConfig):
    name = "demo_shop"
    verbose_name = "Larkfield Grocers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from demo_shop import signals  # noqa: F401 - connects the receivers
        from demo_shop.placements import create_placements

        post_migrate.connect(create_placements, sender=self, dispatch_uid="demo_shop.placements")
