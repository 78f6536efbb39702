from django.apps import AppConfig


class DemoShopConfig(AppConfig):
    name = "demo_shop"
    verbose_name = "Larkfield Grocers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from demo_shop import signals  # noqa: F401 - connects the receivers
