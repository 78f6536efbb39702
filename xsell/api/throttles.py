"""How often a shopper may ask."""

from __future__ import annotations

from rest_framework.settings import api_settings
from rest_framework.throttling import UserRateThrottle


class XsellThrottle(UserRateThrottle):
    """As often as the host's `DEFAULT_THROTTLE_RATES["xsell"]` says; without one, as they like.

    It comes on top of the host's `DEFAULT_THROTTLE_CLASSES`, which hold here as everywhere.
    """

    scope = "xsell"

    def get_rate(self) -> str | None:
        rate = api_settings.DEFAULT_THROTTLE_RATES.get(self.scope)
        return None if rate is None else str(rate)
