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
from xsell.api.buttons import with_tokens
from xsell.api.schema import SETTINGS
from xsell.api.serializers import FrequentlyBoughtTogetherSerializer, PlacementContentSerializer
from xsell.exceptions import UnknownPlacement
from xsell.models.fields import product_id_from
from xsell.selection.pages import Page
from xsell.selection.placements import ADD_TO_CART, PRODUCT_PAGE, named
from xsell.storefront.guard import guarded
from xsell.storefront.offers import POPUP
from xsell.storefront.rendering import (
    around_order,
    bought_in,
    page_of,
    placement_context,
    together_context,
)
from xsell.values import ProductId

NOTHING: dict[str, Any] = {
    "heading": "",
    "suggestions": (),
    "currency": "",
    "all": (),
    "together_token": None,
    "product_token": None,
    "seen_token": None,
    "product_seen_token": None,
}
Shown = dict[str, Any] | NotFound
REASONS = {"type": "array", "items": {"type": "string"}}
REFUSALS = {
    400: OpenApiResponse(
        {"type": "object", "additionalProperties": REASONS},
        description="This is no product id, or no order: the reasons, by parameter.",
    ),
    404: OpenApiResponse(
        DETAIL, description="There is no such placement or product, or no such order of theirs."
    ),
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
        ),
        OpenApiParameter(
            "order",
            OpenApiTypes.STR,
            description="Of this shopper's: suggestions around what was bought. Instead of "
            "`product`.",
        ),
    ],
    responses={200: PlacementContentSerializer, **REFUSALS},
)
class PlacementView(SelectionView):
    """What a placement shows around a product, an order or the shopper's cart.

    `add-to-cart` around what was just put into the cart is the pop-up: once it was said to have
    been seen, it is empty for the rest of the visit.
    """

    def get(self, request: Request, slug: str) -> Response:
        asked = request.query_params
        product_id = None
        if "product" in asked:
            product_id = product_id_or_refuse("product", asked["product"])
        if "order" not in asked:
            shown = shown_or_refuse(
                request, slug, product_id, lambda it: around_product(it, slug, product_id)
            )
        elif product_id is not None:
            raise ValidationError({"order": ["Ask about a product or about an order."]})
        else:
            order_ref = order_ref_or_refuse(asked["order"])
            shown = shown_or_refuse(request, slug, None, lambda it: bought(it, slug, order_ref))
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


def order_ref_or_refuse(text: str) -> str:
    """The text, if an order may be called so. Raise DRF's ValidationError otherwise."""
    # PostgreSQL knows no text with it.
    if not text or "\x00" in text:
        raise ValidationError({"order": [f"{text!r} is no order."]})
    return text


def around_product(page: Page, slug: str, product_id: ProductId | None) -> dict[str, Any]:
    """The placement around a product or the cart; no pop-up for a visit that has seen its own."""
    if slug == ADD_TO_CART and page.has_seen(POPUP):
        return {"slug": slug, "anchors": (), "suggestions": ()}
    return placement_context(page, slug, product=product_id)


def bought(page: Page, slug: str, order_ref: str) -> Shown:
    """The placement around an order of this shopper's."""
    product_ids = bought_in(page, order_ref)
    if product_ids is None:
        return NotFound(f"There is no order {order_ref} of yours.")
    return around_order(page, slug, product_ids)


def shown_or_refuse(
    request: Request,
    slug: str,
    product_id: ProductId | None,
    show: Callable[[Page], Shown],
) -> dict[str, Any]:
    """What the tag would show, or nothing where it fails: as on a page, with one log line.

    Raise NotFound for a placement or a product that does not exist, or that `show` gives.
    """
    # DRF's request leaves the session alone; the page is kept on Django's own.
    page_request: HttpRequest = request._request

    def build() -> Shown:
        page = page_of(page_request)
        try:
            named(page.placements, slug)
        except UnknownPlacement as error:
            return NotFound(str(error))
        shown = show(page)
        if isinstance(shown, NotFound):
            return shown
        found = with_tokens(page, page_request, shown, product_id)
        if product_id is not None and not is_known(page, product_id):
            return NotFound(f"There is no product {product_id}.")
        return found

    nothing: Shown = {}
    shown = guarded(f"placement {slug}", build, nothing)
    if isinstance(shown, NotFound):
        raise shown
    return {**NOTHING, "slug": slug, **shown}


def is_known(page: Page, product_id: ProductId) -> bool:
    """Whether the shop has the product; a placement that is switched off has not asked for it."""
    details, _ = page.known()
    return product_id in details or product_id in get_adapter().details([product_id], page.context)
