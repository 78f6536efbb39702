"""The endpoints behind a shopper's own buttons: take what was suggested, and price the cart."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from xsell.api.base import DETAIL, ShopperView
from xsell.api.cart_serializers import QuoteSerializer, TakenSerializer, TakeSerializer
from xsell.api.serializers import Serializer
from xsell.exceptions import NotOnOffer, TokenRefused
from xsell.services import carts
from xsell.services.pricing import price_cart_and_shipping
from xsell.storefront.rendering import page_of, undo_token
from xsell.storefront.views import reasons_against, status_of


class NothingDone(APIException):
    """The cart is as it was; the detail is in words for the shopper."""

    status_code = status.HTTP_409_CONFLICT


class Refused(APIException):
    """A token that is not this shopper's to use now."""

    def __init__(self, error: TokenRefused) -> None:
        super().__init__(str(error))
        self.status_code = status_of(error)


@extend_schema(
    tags=["cart"],
    request=TakeSerializer,
    responses={
        200: TakenSerializer,
        400: OpenApiResponse(
            {"type": "object", "additionalProperties": {}},
            description="No token, no text, no number, too many of them, or a field that is not "
            "known: the reasons, by field.",
        ),
        403: OpenApiResponse(DETAIL, description="Forged, another shopper's or another cart's."),
        409: OpenApiResponse(DETAIL, description="Nothing could be done; why, for the shopper."),
        410: OpenApiResponse(DETAIL, description="The token has expired."),
    },
)
class TakeView(ShopperView):
    """Take what a suggestion's token stands for; the same tokens again give the first result.

    `also` takes add-ons with it: if one of the tokens is refused, nothing is done; an add-on that
    cannot be had is a change that is not done, with the reason. What belongs to something that
    leaves the cart by the click leaves it, too, and says so.
    """

    http_method_names = ["post", "options"]
    parser_classes = [JSONParser]

    def post(self, request: Request) -> Response:
        asked = asked_or_refuse(TakeSerializer, request)
        page_request: HttpRequest = request._request
        try:
            changes = carts.take(request=page_request, **asked)
        except TokenRefused as error:
            raise Refused(error) from None
        except NotOnOffer as error:
            raise NothingDone(str(error)) from None
        if changes and not any(change.done for change in changes):
            raise NothingDone(" ".join(reasons_against(changes)))
        token = undo_token(page_of(page_request))
        return Response(TakenSerializer({"changes": changes, "undo_token": token}).data)


@extend_schema(tags=["cart"], responses={200: QuoteSerializer})
class QuoteView(ShopperView):
    """What the shopper's cart costs less and why, and what it lacks to free shipping.

    Reads only, and derived anew each time.
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request: Request) -> Response:
        quote, gap = price_cart_and_shipping(request._request)
        return Response(QuoteSerializer(quote, context={"shipping_gap": gap}).data)


def asked_or_refuse(serializer: type[Serializer], request: Request) -> dict[str, Any]:
    """What was posted, if it is what the serializer knows. Raise DRF's ValidationError if not."""
    asked = serializer(data=body_of(request))
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def body_of(request: Request) -> object:
    """The posted JSON. Raise ParseError for what no client of ours would nest so deep."""
    # Older DRFs read the stream themselves, and know no DATA_UPLOAD_MAX_MEMORY_SIZE.
    _ = request._request.body
    try:
        return request.data
    except RecursionError:
        raise ParseError("This is nested too deep.") from None
