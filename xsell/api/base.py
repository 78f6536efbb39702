"""What all endpoints have in common."""

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.openapi import AutoSchema
from rest_framework.views import APIView

from xsell.api.throttles import XsellThrottle

DETAIL = {"type": "object", "properties": {"detail": {"type": "string"}}}


# One shopper's answer is no other's, and a token that was used is of no use to the same one.
@method_decorator(never_cache, name="dispatch")
class ShopperView(APIView):
    """About one shopper. Who may ask, and in which format, are the host's REST_FRAMEWORK settings.

    Nothing is kept by a cache: the answer holds this shopper's tokens and prices.
    """

    throttle_classes = [*APIView.throttle_classes, XsellThrottle]
    # Stated, so that it does not take DEFAULT_SCHEMA_CLASS to describe the API.
    schema = AutoSchema()
