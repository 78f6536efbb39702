"""The attention budget: one row, which its entry in the index opens."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from xsell.models import AttentionBudget

ONLY_ROW = "1"


@admin.register(AttentionBudget)
class AttentionBudgetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """How much attention offers may ask for. Until somebody saves it, what holds by default."""

    fields = ["offers_per_page", "offers_per_session", "noes_per_session", "in_a_row"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Model | None:
        row = super().get_object(request, object_id, from_field)
        return AttentionBudget(pk=1) if row is None and object_id == ONLY_ROW else row

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        # Who may not look is refused there, as by any screen.
        address = f"{self.admin_site.name}:xsell_attentionbudget_change"
        return redirect(reverse(address, args=[ONLY_ROW]))
