"""The endpoints: the tags' own placements, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError as InvalidKey
from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from xsell.adapters import get_adapter
from xsell.api.base import DETAIL, ShopperView
from xsell.api.schema import SETTINGS
from xsell.api.serializers import FrequentlyBoughtTogetherSerializer, PlacementContentSerializer
from xsell.exceptions import UnknownPlacement
from xsell.models.fields import product_id_from
from xsell.selection.pages import Page
from xsell.selection.placements import PRODUCT_PAGE, named
from xsell.storefront.guard import guarded
from xsell.storefront.rendering import (
    page_of,
    placement_context,
    suggestion_token,
    together_context,
    token_for,
)
from xsell.values import ProductId, TakeKind

NOTHING: dict[str, Any] = {
    "heading": "",
    "suggestions": (),
    "currency": "",
    "all": (),
    "together_token": None,
}
CLICKABLE = ("product", "source", "evidence", "because", "offer", "discount")
REASONS = {"type": "array", "items": {"type": "string"}}
REFUSALS = {
    400: OpenApiResponse(
        {"type": "object", "additionalProperties": REASONS},
        description="This is no product id: the reasons, by parameter.",
    ),
    404: OpenApiResponse(DETAIL, description="There is no such placement or product."),
}


class SelectionView(ShopperView):
    """Reads only."""

    http_method_names = ["get", "head", "options"]


@extend_schema(
    tags=["suggestions"],
    parameters=[
        OpenApiParameter(
            "product",
            OpenApiTypes.STR,
            description="Id of a product: suggestions around it. Without one, around the cart.",
        )
    ],
    responses={200: PlacementContentSerializer, **REFUSALS},
)
class PlacementView(SelectionView):
    """What a placement shows around a product, or around the shopper's cart."""

    def get(self, request: Request, slug: str) -> Response:
        product_id = None
        if "product" in request.query_params:
            product_id = product_id_or_refuse("product", request.query_params["product"])
        shown = shown_or_refuse(
            request, slug, product_id, lambda it: placement_context(it, slug, product=product_id)
        )
        return Response(PlacementContentSerializer(shown).data)


@extend_schema(
    tags=["suggestions"],
    parameters=[
        OpenApiParameter(
            "product_id", OpenApiTypes.STR, OpenApiParameter.PATH, description="Id of the product."
        )
    ],
    responses={200: FrequentlyBoughtTogetherSerializer, **REFUSALS},
)
class FrequentlyBoughtTogetherView(SelectionView):
    """What is bought together with a product, and what all of it costs at one click."""

    def get(self, request: Request, product_id: str) -> Response:
        key = product_id_or_refuse("product_id", product_id)
        shown = shown_or_refuse(request, PRODUCT_PAGE, key, lambda it: together_context(it, key))
        together = [product.product_id for product in shown["all"]]
        total = shown["total"] if together else None
        return Response(
            FrequentlyBoughtTogetherSerializer({**shown, "together": together, "total": total}).data
        )


@extend_schema(exclude=True)
class SchemaView(SpectacularAPIView):
    """The OpenAPI description of xsell's endpoints, at the address where they are mounted."""

    urlconf = "xsell.api.urls"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        mount = request.path.removesuffix("/").removesuffix("/schema")
        self.custom_settings = {**SETTINGS, "SERVERS": [{"url": mount}]}
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return response


def product_id_or_refuse(parameter: str, text: str) -> ProductId:
    """The product id that the text spells. Raise DRF's ValidationError, naming the parameter."""
    try:
        return product_id_from(text)
    except InvalidKey:
        raise ValidationError({parameter: [f"{text!r} is no product id."]}) from None


def shown_or_refuse(
    request: Request,
    slug: str,
    product_id: ProductId | None,
    show: Callable[[Page], dict[str, Any]],
) -> dict[str, Any]:
    """What the tag would show, or nothing where it fails: as on a page, with one log line.

    Raise NotFound for a placement or a product that does not exist.
    """
    # DRF's request leaves the session alone; the page is kept on Django's own.
    page_request: HttpRequest = request._request

    def build() -> dict[str, Any] | NotFound:
        page = page_of(page_request)
        try:
            named(page.placements, slug)
        except UnknownPlacement as error:
            return NotFound(str(error))
        shown = with_tokens(page, show(page))
        if shown and product_id is not None and not is_known(page, product_id):
            return NotFound(f"There is no product {product_id}.")
        return shown

    nothing: dict[str, Any] | NotFound = {}
    shown = guarded(f"placement {slug}", build, nothing)
    if isinstance(shown, NotFound):
        raise shown
    return {**NOTHING, "slug": slug, **shown}


def with_tokens(page: Page, shown: dict[str, Any]) -> dict[str, Any]:
    """What is shown, and for each suggestion, and for all together, the token that takes it."""
    around = {"placement": shown["slug"], "anchors": shown["anchors"]}
    clickable = [
        {
            **{name: getattr(it, name) for name in CLICKABLE},
            "token": suggestion_token(page, it, **around),
        }
        for it in shown["suggestions"]
    ]
    together = shown.get("all")
    token = token_for(page, TakeKind.ADD, together, **around) if together else None
    return {**shown, "suggestions": clickable, "together_token": token}


def is_known(page: Page, product_id: ProductId) -> bool:
    """Whether the shop has the product; a placement that is switched off has not asked for it."""
    details, _ = page.known()
    return product_id in details or product_id in get_adapter().details([product_id], page.context)
