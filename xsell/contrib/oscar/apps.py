"""The app that makes Oscar's totals honour what xsell promises: "xsell.contrib.oscar"."""

from django.apps import AppConfig


class XsellOscarConfig(AppConfig):
    """Has no tables of its own: one offer of Oscar's, and an ear for placed orders."""

    name = "xsell.contrib.oscar"
    label = "xsell_oscar"
    verbose_name = "xsell for django-oscar"

    def ready(self) -> None:
        """Listen to Oscar."""
        from xsell.contrib.oscar import receivers

        receivers.listen()
