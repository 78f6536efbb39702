"""Mine co-purchase relations from order lines.

Two products are bought together in every basket (the distinct products of one order) that holds
both. `scoring` ranks the consequents of an antecedent:

- "count": n_both. Favours best sellers.
- "confidence": n_both / n_antecedent. The order of "count", on the scale of a share.
- "jaccard": n_both / (n_antecedent + n_consequent - n_both). Favours pairs that sell alike.
- "information": confidence * log2(lift lower bound). The bits that the antecedent tells about
  the consequent: the term of the J-measure that counts the consequent's presence (Smyth and
  Goodman 1992, IEEE Transactions on Knowledge and Data Engineering 4:301-316), with the lower
  bound of lift where the point value would reward rare coincidences. High where the consequent
  is bought often and more often than chance gives.
- "ridge", "walk", "bm25", "rules": models made to complete carts; see `members`.
- "auto" (default): whichever of these, "confidence" and "jaccard" completes the newest orders best;
  see `tuning`. What it chose and tried is in `Relations.parameters` and `.trials`, and the former
  can be passed back in as `parameters`, as can a member's own (`members.DEFAULTS`) with its name.

Of equal scores the product in more orders comes first, then the lower id. Neither the number of
threads nor the order of the lines changes the result.

Floors and limits:

min_count: least n_both. For the first four scorings three, because two may be one shopper's habit
  or one returned order; two for the models, which weigh evidence themselves. Where customers are
  known, the repeats of the one who bought a pair most count neither towards it nor in the score
  (models: unless `keeps_repeats`, see `members`).
min_lift_lower: for the first four scorings: pairs whose lower bound of lift (95%,
  `measures.lift_lower_bound`) is not above this are left out before ranking. 1.0, because "bought
  together" is a claim to the shopper, and at 1 or below chance alone makes it. On a supermarket's
  year that costs 2% of the rows, those that put its best sellers beside everything. None keeps
  them.
max_basket: orders of more distinct products are giant and kept out of all four counts (they do
  count in `n_orders`): they are resellers, robots and stock moves more often than taste, and a
  basket of n products votes for n (n - 1) / 2 pairs. 100 is above 99.95% of a supermarket's
  orders; a wholesaler raises it. None counts all.
half_life_days: a basket weighs half as much for each half-life that it is older than the newest
  one. Weights go into scores only: counts, min_count and the bound of lift stay exact.
window: only orders that are at most this much older than the newest order. It and half_life_days
  need `placed_at`. "ridge" and "walk" have a half-life of their own, whose place this one takes;
  "auto" finds one, unless it is given; "bm25" and "rules" take none. The engine has no clock:
  leave orders dated in the future out beforehand.

Memory: about 25 bytes a line (the models: 75) and 16 * k bytes a product and thread, on top of
the lines given.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from xsell.engine.arguments import check_at_least, check_limits, check_window
from xsell.engine.assembling import relations_of
from xsell.engine.baskets import Baskets, basket_weights, collect_baskets
from xsell.engine.counting import available_threads
from xsell.engine.coupling import best_of_rows
from xsell.engine.lines import MAX_LINES, OrderLines
from xsell.engine.members import best_sellers, fit
from xsell.engine.pairs import CONFIDENCE, COUNT, INFORMATION, JACCARD
from xsell.engine.parameters import check_parameters
from xsell.engine.ranking import Pairs, Progress, Rules, best_pairs
from xsell.engine.relations import Habit, Relations
from xsell.engine.store import BasketStore
from xsell.engine.tuning import Choice, choose, chosen_before
from xsell.engine.workshop import Workshop

MEASURES = {
    "count": COUNT,
    "confidence": CONFIDENCE,
    "jaccard": JACCARD,
    "information": INFORMATION,
}
MODELS = ("ridge", "walk", "bm25", "rules")
SCORINGS = (*MEASURES, *MODELS, "auto")


def mine(
    lines: OrderLines | BasketStore | Baskets,
    *,
    k: int = 20,
    scoring: str = "auto",
    parameters: Mapping[str, Any] | None = None,
    half_life_days: float | None = None,
    window: timedelta | None = None,
    min_count: int | None = None,
    min_lift_lower: float | None = 1.0,
    max_basket: int | None = 100,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Relations:
    """The `k` best consequents of each product, with their counts; see the module's docstring.

    lines: of all orders; or what `collect_baskets` made of them, to be mined in several ways.
    progress: called with (done, total) pair events at most 64 times, in the caller's thread;
    with "auto", (done, total) steps of the search.
    threads: at most this many; by default the cores this process may use, at most 8.
    Raise ValueError or TypeError naming the argument that is out of range.
    """
    least = min_count if min_count is not None else (3 if scoring in MEASURES else 2)
    rules = _checked_rules(k, scoring, least, min_lift_lower)
    _check_spans(lines, half_life_days, window, max_basket, threads)
    _check_parameters(scoring, parameters, half_life_days)
    threads = threads or available_threads()
    if scoring in MEASURES:
        return _mine_measure(
            collect_baskets(lines, window), scoring, rules, half_life_days, max_basket, threads,
            progress,
        )  # fmt: skip
    return _mine_model(
        collect_baskets(lines, window), scoring, rules,
        dict(parameters or {}), half_life_days, max_basket, threads, progress,
    )  # fmt: skip


def _mine_measure(
    baskets: Baskets,
    scoring: str,
    rules: Rules,
    half_life_days: float | None,
    max_basket: int | None,
    threads: int,
    progress: Progress | None,
) -> Relations:
    weight = basket_weights(baskets.placed_at, half_life_days)
    shop = Workshop.open(baskets, max_basket, threads, weight=weight, keep_basket=False)
    del baskets
    shop.baskets = shop.baskets.without_items()
    pairs = best_pairs(shop.index, rules, threads, progress)
    shop.index = shop.index.without_entries()
    found = relations_of(shop, pairs, Choice(scoring, {}, Habit(), {}), best_sellers(shop))
    return replace(found, parameters={})


def _mine_model(
    baskets: Baskets,
    scoring: str,
    rules: Rules,
    settings: dict[str, Any],
    half_life_days: float | None,
    max_basket: int | None,
    threads: int,
    progress: Progress | None,
) -> Relations:
    if half_life_days is not None and scoring != "auto":
        settings["half_life_days"] = half_life_days
    if scoring == "auto" and not settings:
        choice = choose(
            baskets, k=rules.k, max_basket=max_basket, min_count=rules.min_count,
            threads=threads, half_life_days=half_life_days, progress=progress,
        )  # fmt: skip
    else:
        choice = chosen_before(scoring, settings)
    shop = Workshop.open(baskets, max_basket, threads)
    del baskets
    shop.baskets = shop.baskets.without_items()
    fitted = fit(shop, choice.scoring, choice.parameters, rules.min_count)
    shop.index = shop.index.without_entries()
    shop.couplings.clear()
    rank, place = best_of_rows(fitted.coupling, fitted.scores, rules.k, threads)
    pairs = Pairs(
        fitted.coupling.row[place],
        rank,
        fitted.coupling.column[place],
        fitted.scores[place].astype(np.float64),
        fitted.coupling.n_both[place],
    )
    return relations_of(shop, pairs, choice, fitted.prior, is_sum=fitted.is_sum)


def _checked_rules(k: int, scoring: str, min_count: int, min_lift_lower: float | None) -> Rules:
    if scoring not in SCORINGS:
        raise ValueError(f"scoring must be one of {', '.join(SCORINGS)}, not {scoring!r}")
    check_at_least(1, k=k, min_count=min_count)
    floor = -1.0 if min_lift_lower is None else float(min_lift_lower)
    if min_lift_lower is not None and not 0 <= floor < math.inf:
        raise ValueError(f"min_lift_lower must be zero, positive or None, not {min_lift_lower!r}")
    # no pair has more, and the kernels count in 32 bits
    return Rules(k, MEASURES.get(scoring, COUNT), min(min_count, MAX_LINES), floor)


def _check_parameters(
    scoring: str, parameters: Mapping[str, Any] | None, half_life_days: float | None
) -> None:
    if parameters and scoring in MEASURES:
        raise ValueError(f"parameters: {scoring!r} takes none")
    given = dict(parameters or {})
    if half_life_days is not None and "half_life_days" in given:
        raise ValueError("half_life_days is given twice: as itself and among the parameters")
    if half_life_days is not None and (given or scoring != "auto"):
        given["half_life_days"] = half_life_days
    if given and scoring not in MEASURES:
        check_parameters(scoring, given)


def _check_spans(
    lines: OrderLines | BasketStore | Baskets,
    half_life_days: float | None,
    window: timedelta | None,
    max_basket: int | None,
    threads: int | None,
) -> None:
    if half_life_days is not None and not 0 < half_life_days < math.inf:
        raise ValueError(f"half_life_days must be positive or None, not {half_life_days!r}")
    if half_life_days is not None and not lines.has_times:
        raise ValueError("half_life_days needs placed_at in the order lines")
    check_window(window, has_times=lines.has_times)
    check_limits(max_basket, threads)
