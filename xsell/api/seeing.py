"""The endpoint to which clients say what was really seen."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from xsell.api.base import DETAIL, ShopperView
from xsell.api.cart_serializers import SeenSerializer
from xsell.api.taking import Refused, asked_or_refuse
from xsell.exceptions import TokenRefused
from xsell.services import seen


@extend_schema(
    tags=["suggestions"],
    request=SeenSerializer,
    responses={
        204: OpenApiResponse(description="It counts where it may be counted."),
        400: OpenApiResponse(
            {"type": "object", "additionalProperties": {}},
            description="No tokens, too many, or another field: the reasons, by field.",
        ),
        403: OpenApiResponse(DETAIL, description="One of them is forged or another shopper's."),
        410: OpenApiResponse(DETAIL, description="One of them has expired."),
    },
)
class SeenView(ShopperView):
    """Say what was really seen: offers, for their caps, and products, for what is recommended."""

    http_method_names = ["post", "options"]
    parser_classes = [JSONParser]

    def post(self, request: Request) -> Response:
        asked = asked_or_refuse(SeenSerializer, request)
        try:
            seen.record_seen(request=request._request, tokens=asked["tokens"])
        except TokenRefused as error:
            raise Refused(error) from None
        return Response(status=status.HTTP_204_NO_CONTENT)
