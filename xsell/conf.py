"""The only reader of settings; each is read when it is needed, never at import."""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Conf:
    """Late view of the `XSELL_...` settings with their defaults."""

    @property
    def PRODUCT_MODEL(self) -> str:
        """The host's product as "app_label.Model"; xsell's rows point to it by foreign key."""
        label: str = getattr(settings, "XSELL_PRODUCT_MODEL", "")
        if not label:
            raise ImproperlyConfigured(
                "XSELL_PRODUCT_MODEL is not set. Name your product model, as in "
                'XSELL_PRODUCT_MODEL = "catalogue.Product".'
            )
        return label

    @property
    def ADAPTER(self) -> str:
        """Dotted path of the host's adapter class."""
        return getattr(settings, "XSELL_ADAPTER", "")

    @property
    def FAIL_LOUDLY(self) -> bool:
        """Whether a failing suggestion raises (tests, development) or leaves an empty space."""
        return getattr(settings, "XSELL_FAIL_LOUDLY", settings.DEBUG)

    @property
    def KEEP_SNAPSHOTS(self) -> int:
        """How many finished mining snapshots stay in the database, the serving one included."""
        return getattr(settings, "XSELL_KEEP_SNAPSHOTS", 3)

    @property
    def STORE(self) -> str | Path | None:
        """Folder in which mining keeps the orders it has read; None: updates read all orders."""
        return getattr(settings, "XSELL_STORE", None)

    @property
    def JOB_RUNNER(self) -> str:
        """Dotted path of a callable (name, arguments) that runs a job elsewhere; empty: none.

        Without one, what a button asks for waits for the command or the scheduler.
        """
        return getattr(settings, "XSELL_JOB_RUNNER", "")


conf = Conf()
