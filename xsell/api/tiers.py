"""The step up from a product, and its ladder: what the tags show, as JSON."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from xsell.api.buttons import step_tokens
from xsell.api.tier_serializers import TiersSerializer
from xsell.api.views import REFUSALS, SelectionView, product_id_or_refuse, shown_or_refuse
from xsell.selection.pages import Page
from xsell.selection.placements import UPGRADE
from xsell.selection.tiers import RUNGS_COMPARED
from xsell.storefront.rendering import (
    TIER_TABLE,
    tier_table_context,
    token_for,
    upgrade_context,
)
from xsell.values import ProductId, TakeKind


@extend_schema(
    tags=["suggestions"],
    parameters=[
        OpenApiParameter(
            "product_id", OpenApiTypes.STR, OpenApiParameter.PATH, description="Id of the product."
        ),
        OpenApiParameter(
            "rungs",
            OpenApiTypes.INT,
            description=f"How many rungs to compare, from 2 to 99; {RUNGS_COMPARED} without it.",
        ),
    ],
    responses={200: TiersSerializer, **REFUSALS},
)
class TiersView(SelectionView):
    """The next step up from a product, or the smaller one after a no; and its ladder compared."""

    def get(self, request: Request, product_id: str) -> Response:
        key = product_id_or_refuse("product_id", product_id)
        most = rungs_or_refuse(request.query_params.get("rungs", str(RUNGS_COMPARED)))
        shown = shown_or_refuse(request, UPGRADE, key, lambda it: tiers_context(it, key, most))
        return Response(TiersSerializer({"steps": (), "rungs": (), **shown}).data)


def rungs_or_refuse(text: str) -> int:
    """The number of rungs that the text spells. Raise DRF's ValidationError unless 2 to 99."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 2 and int(text) >= 2):
        raise ValidationError({"rungs": [f"{text!r} is no number from 2 to 99."]})
    return int(text)


def tiers_context(page: Page, product_id: ProductId, most: int) -> dict[str, Any]:
    """Steps and rungs, each with the tokens of its buttons."""
    shown = upgrade_context(page, product_id)
    steps = [
        {
            **as_table(step),
            **step_tokens(page, step, product_id, placement=shown["slug"]),
        }
        for step in shown["upgrades"]
    ]
    rungs = [
        {
            **as_table(rung),
            "token": None
            if rung.is_current
            else token_for(
                page, TakeKind.UPGRADE, rung.product, current=product_id, placement=TIER_TABLE
            ),
        }
        for rung in tier_table_context(page, product_id, most)["rungs"]
    ]
    return {**shown, "steps": steps, "rungs": rungs}


def as_table(one: Any) -> dict[str, Any]:
    """The fields of a value by name."""
    return {field.name: getattr(one, field.name) for field in fields(one)}
