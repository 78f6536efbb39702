"""Mining runs: looked at, and asked for; never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.admin.accounts import evaluation_of, in_words, model_of, parameters_of, steps_of
from xsell.admin.snapshots import ReadOnlyAdmin
from xsell.admin.tables import as_list
from xsell.admin.words import day, moment, number
from xsell.conf import conf
from xsell.models import MiningRun
from xsell.selection.runs import is_silent
from xsell.services.requests import request_relations, waiting_request

REQUESTED, RUNNING = MiningRun.Status.REQUESTED, MiningRun.Status.RUNNING
FOUND = ["lines", "left_out", "orders", "products", "relations"]


@admin.register(MiningRun)
class MiningRunAdmin(ReadOnlyAdmin):
    """One line for each run: what it read, what it found, what it took."""

    list_display = ["begun", "state", "kind", "window", "orders", "relations", "took"]
    list_filter = ["status", "started_at"]
    search_fields = ["started_by", "error"]

    # ------------------------------------------------------------------------------ asking

    def has_request_permission(self, request: HttpRequest) -> bool:
        """Whether this person may ask for new relations."""
        return self.has_view_permission(request) and request.user.has_perm(
            f"{self.opts.app_label}.request_{self.opts.model_name}"
        )

    def get_urls(self) -> list[URLPattern]:
        asking = self.admin_site.admin_view(self.request_view)
        # Before Django's own, which would take "request" for a run's id.
        return [path("request/", asking, name="xsell_miningrun_request"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        asking = {
            "may_request": self.has_request_permission(request),
            "request_url": reverse(f"{self.admin_site.name}:xsell_miningrun_request"),
        }
        return super().changelist_view(request, {**asking, **(extra_context or {})})

    def request_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for new relations, say what comes of it, and go back to the list."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_request_permission(request):
            raise PermissionDenied
        waiting = waiting_request()
        run = request_relations(requested_by=request.user.get_username())
        if run == waiting:
            self.message_user(request, asked_before(run), messages.INFO)
        else:
            self.message_user(request, asked(), messages.SUCCESS)
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:xsell_miningrun_changelist"))

    # ----------------------------------------------------------------------------- showing

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """What there is to say of this run: one that waits or is at work has found nothing yet."""
        run: Any = obj or MiningRun()
        if run.status == REQUESTED:
            names = ["state", "requested_at", *(["settings"] if run.parameters else [])]
            return [(None, {"fields": names})]
        at_work = ["worker", "seen_at"] if run.status == RUNNING else []
        sections = [
            (None, ["state", "kind", "started_by", *present(run, "error"), *at_work]),
            (
                gettext_lazy("When"),
                ["started_at", *present(run, "finished_at"), "window", *present(run, "read_at")],
            ),
            (gettext_lazy("What it read and found"), FOUND if run.n_lines else []),
            (gettext_lazy("How"), ["settings", *(["scored_by"] if run.model else [])]),
            (gettext_lazy("What it took"), ["steps"] if run.seconds else []),
            (gettext_lazy("Evaluation"), ["evaluated"] if run.evaluation else []),
        ]
        return [(name, {"fields": fields}) for name, fields in sections if fields]

    @admin.display(description=gettext_lazy("started at"), ordering="started_at")
    def begun(self, row: MiningRun) -> str:
        return moment(row.started_at)

    @admin.display(description=gettext_lazy("requested at"))
    def requested_at(self, row: MiningRun) -> str:
        return moment(row.started_at)

    @admin.display(description=gettext_lazy("at work"))
    def worker(self, row: MiningRun) -> str:
        host, _slash, process = row.holder.rpartition("/")
        host, number_of_process = host.partition("~")[0], process.partition(":")[0]
        if not number_of_process:
            return host
        return _("process %(number)s on %(host)s") % {"number": number_of_process, "host": host}

    @admin.display(description=gettext_lazy("orders of"))
    def window(self, row: MiningRun) -> str:
        if row.status == REQUESTED:
            return ""
        if row.since is not None and row.until is not None:
            return f"{day(row.since)} – {day(row.until)}"
        if row.since is not None:
            return _("since %(day)s") % {"day": day(row.since)}
        if row.until is not None:
            return _("until %(day)s") % {"day": day(row.until)}
        days = row.parameters.get("window_days")
        return _("the last %(days)s days") % {"days": in_words(days)} if days else _("all time")

    @admin.display(description=gettext_lazy("state"), ordering="status")
    def state(self, row: MiningRun) -> str:
        if row.is_active:
            return _("Serves the shop")
        if row.status == REQUESTED:
            return _("Requested by %(who)s, waits") % {"who": row.started_by or _("somebody")}
        if is_silent(row, timezone.now()):
            seen_at = moment(row.seen_at or row.started_at)
            return _("Running, silent since %(moment)s") % {"moment": seen_at}
        return str(row.get_status_display())

    @admin.display(description=gettext_lazy("order lines"))
    def lines(self, row: MiningRun) -> str:
        return figure(row, row.n_lines)

    @admin.display(description=gettext_lazy("products sold"))
    def products(self, row: MiningRun) -> str:
        return figure(row, row.n_products)

    @admin.display(description=gettext_lazy("orders"), ordering="n_baskets")
    def orders(self, row: MiningRun) -> str:
        return figure(row, row.n_baskets)

    @admin.display(description=gettext_lazy("relations"), ordering="n_pairs")
    def relations(self, row: MiningRun) -> str:
        if row.status != MiningRun.Status.READY:
            return figure(row, row.n_pairs)
        address = reverse(f"{self.admin_site.name}:xsell_copurchase_changelist")
        return format_html('<a href="{}?run={}">{}</a>', address, row.pk, number(row.n_pairs))

    @admin.display(description=gettext_lazy("seconds"))
    def took(self, row: MiningRun) -> str:
        return number(sum(row.seconds.values()), 1) if row.seconds else ""

    @admin.display(description=gettext_lazy("order lines left out, by reason"))
    def left_out(self, row: MiningRun) -> SafeString:
        return as_list({_(reason): number(count) for reason, count in row.dropped.items() if count})

    @admin.display(description=gettext_lazy("parameters"))
    def settings(self, row: MiningRun) -> SafeString:
        return parameters_of(row)

    @admin.display(description=gettext_lazy("model"))
    def scored_by(self, row: MiningRun) -> SafeString:
        return model_of(row)

    @admin.display(description=gettext_lazy("steps"))
    def steps(self, row: MiningRun) -> SafeString:
        return steps_of(row)

    @admin.display(description=gettext_lazy("contestants"))
    def evaluated(self, row: MiningRun) -> SafeString:
        return evaluation_of(row)


def present(run: MiningRun, name: str) -> list[str]:
    """The field, if the run has it."""
    return [name] if getattr(run, name) else []


def figure(run: MiningRun, count: int) -> str:
    """The number; nothing while the run has not counted."""
    return "" if not count and run.status in {REQUESTED, RUNNING} else number(count)


def asked() -> str:
    """What comes of a request. The runner hears of it later: whether it is there, nobody knows."""
    if conf.JOB_RUNNER:
        return _(
            "New relations are asked for. They are made as soon as the job runner is free; if it "
            "is away, when the scheduler next looks for requests."
        )
    return _(
        "New relations are asked for. They are made when the scheduler next looks for requests."
    )


def asked_before(run: MiningRun) -> str:
    """Why there is no second request."""
    said = {"who": run.started_by or _("somebody"), "moment": moment(run.started_at)}
    if conf.JOB_RUNNER:
        return (
            _(
                "New relations were asked for already, by %(who)s at %(moment)s; that request "
                "still waits, and the job runner was told of it once more."
            )
            % said
        )
    return (
        _(
            "New relations were asked for already, by %(who)s at %(moment)s; that request still "
            "waits for the scheduler."
        )
        % said
    )
