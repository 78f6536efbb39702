"""Lists of what mining wrote: millions of rows that nobody edits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.admin.products import NamedChangeList, ProductAdmin
from xsell.admin.words import moment, number
from xsell.models import MiningRun

COUNTED_AT_MOST = 10_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts and lists the first 10,000 rows: counting millions takes seconds on each page."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[:COUNTED_AT_MOST].count()


class SnapshotChangeList(NamedChangeList):
    """A list that offers to show all only where something is filtered away."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class LookedAt(admin.options.BaseModelAdmin):  # type: ignore[type-arg]
    """What a job wrote: looked at with the view permission, changed by nobody."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(LookedAt, ProductAdmin):
    """What mining wrote."""


class SnapshotAdmin(ReadOnlyAdmin):
    """Rows of a mining run, by the million."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_display_links = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SnapshotChangeList


class RunFilter(admin.SimpleListFilter):
    """Rows of one snapshot: of the one that serves, unless another is asked for."""

    title = gettext_lazy("mining run")
    parameter_name = "run"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        self.serving: int | None = None
        others = []
        for run in MiningRun.objects.filter(status=MiningRun.Status.READY):
            if run.is_active:
                self.serving = run.pk
            else:
                others.append((str(run.pk), started(run)))
        return others

    def has_output(self) -> bool:
        # Without any run there are rows of none: of a run that failed or is still writing.
        return True

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("Serves the shop"),
        }
        for value, title in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None or value == str(self.serving):
            # The run's key, not a join: with it the rows come in the order of an index.
            return queryset.filter(run_id=self.serving)
        if value not in dict(self.lookup_choices):
            raise IncorrectLookupParameters(f"There is no run {value!r}.")
        return queryset.filter(run_id=value)


class AtLeastFilter(admin.SimpleListFilter):
    """Rows whose figure is not below the chosen one."""

    column: str
    steps: tuple[int, ...]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [
            (str(step), _("at least %(count)s") % {"count": number(step)}) for step in self.steps
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(**{f"{self.column}__gte": self.value()})


def started(run: MiningRun) -> str:
    """The run by when it was started."""
    return _("Run %(id)s of %(moment)s") % {"id": run.pk, "moment": moment(run.started_at)}
