"""What a mining run gives account of: its steps, its parameters, its model, its evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xsell.admin.tables import as_list, as_table, folded
from xsell.admin.words import day, number
from xsell.models import MiningRun

PARAMETERS = {
    "k": gettext_lazy("relations of a product, at most"),
    "scoring": gettext_lazy("scoring"),
    "min_count": gettext_lazy("orders with both, at least"),
    "half_life_days": gettext_lazy("days after which an order weighs half"),
    "retune": gettext_lazy("model chosen anew"),
    "evaluate": gettext_lazy("evaluated"),
}
"""Names of the parameters that need no mathematics; others are shown as they are called."""

CANDIDATES = {"with history": gettext_lazy("the chosen one, with the shopper's own orders")}
"""Candidates that are no model of their own."""

SHOWN_ELSEWHERE = frozenset({"since", "until", "window_days"})

SHARES = {
    "hit_rate": gettext_lazy("found"),
    "hit_rate_again": gettext_lazy("found, bought before"),
    "hit_rate_new": gettext_lazy("found, new"),
    "coverage": gettext_lazy("products suggested"),
    "sold_out_share": gettext_lazy("sold out"),
}
"""Columns of an evaluation that are shares."""


def steps_of(run: MiningRun) -> SafeString:
    """Seconds and peak memory of each step, side by side."""
    rows = [
        (
            _(step),
            number(seconds, 1),
            number(run.memory_mb[step]) if step in run.memory_mb else "",
        )
        for step, seconds in run.seconds.items()
    ]
    peak = number(run.peak_memory_mb) if run.peak_memory_mb else ""
    total = (_("in all"), number(sum(run.seconds.values()), 1), peak)
    return as_table(
        _("What it took"), [_("step"), _("seconds"), _("peak memory in MB")], [*rows, total]
    )


def parameters_of(run: MiningRun) -> SafeString:
    """What was asked for, in words where there are some."""
    return as_list(
        {
            str(PARAMETERS.get(name, name)): in_words(value)
            for name, value in run.parameters.items()
            if name not in SHOWN_ELSEWHERE and value is not False
        }
    )


def model_of(run: MiningRun) -> SafeString:
    """What scores the pairs and with which parameters, and what else was tried."""
    model: dict[str, Any] = run.model
    chosen_at = parse_datetime(model.get("chosen_at") or "")
    own = {name: it for name, it in model.get("parameters", {}).items() if name != "scoring"}
    habit = {
        _("habit, %(name)s") % {"name": name}: it for name, it in model.get("habit", {}).items()
    }
    entries = {name: in_words(value) for name, value in {**own, **habit}.items()}
    return format_html(
        "<div>{}</div>{}{}",
        chosen(model, chosen_at),
        folded(_("Parameters"), as_list(entries)) if entries else "",
        trials_of(model.get("trials") or {}),
    )


def chosen(model: Mapping[str, Any], chosen_at: datetime | None) -> str:
    """The model's name and when it was chosen."""
    name = model.get("scoring", "")
    if not model.get("trials") or chosen_at is None:
        return str(name)
    return _("%(model)s, chosen on %(day)s") % {"model": name, "day": day(chosen_at)}


def trials_of(trials: Mapping[str, float]) -> SafeString | str:
    """Every candidate with how well it foretold the newest orders, best first."""
    if not trials:
        return ""
    best_first = sorted(trials.items(), key=lambda it: -it[1])
    title = ngettext("%(count)s candidate", "%(count)s candidates", len(trials))
    return folded(
        title % {"count": number(len(trials))},
        as_table(
            _("Candidates"),
            [_("candidate"), _("NDCG of ten, on the newest orders")],
            [(str(CANDIDATES.get(name, name)), number(ndcg, 4)) for name, ndcg in best_first],
        ),
    )


def evaluation_of(run: MiningRun) -> SafeString:
    """One line for each contestant, as the run has them."""
    evaluation: dict[str, Any] = run.evaluation
    rows = [
        (
            result["contestant"],
            "" if result.get("ndcg") is None else number(result["ndcg"], 4),
            *(percent(result.get(name)) for name in SHARES),
            "" if result.get("seconds") is None else number(result["seconds"], 1),
        )
        for result in evaluation.get("results", ())
    ]
    heads = [_("contestant"), _("NDCG"), *map(str, SHARES.values()), _("seconds")]
    return format_html(
        '{}<p class="xsell-note">{}</p>',
        as_table(_("Evaluation"), heads, rows),
        _(
            "From each of %(tests)s orders one product was hidden; ten were suggested by what "
            "%(known)s earlier orders teach. Found: how often the hidden one was among the ten. "
            "NDCG: the same, and it counts more at the top."
        )
        % {
            "tests": number(evaluation.get("n_tests", 0)),
            "known": number(evaluation.get("n_known", 0)),
        },
    )


def percent(share: float | None) -> str:
    """A share of 1 in percent; empty where nothing was measured."""
    return "" if share is None else _("%(percent)s%%") % {"percent": number(100 * share, 1)}


def in_words(value: Any) -> Any:
    """Yes, no, or the number as people write it, without decimals that say nothing."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float) and value.is_integer():
        return number(int(value))
    return number(value) if isinstance(value, (int, float)) else value
