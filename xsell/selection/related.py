"""Everything that is stored about a set of anchors, in one query.

Curated relations, mined pairs, ladder mates and best sellers are five small selects; one UNION ALL
of them keeps a page at a fixed, small number of queries. A product's page has what is bought
together with it; a cart has what completes it, as `complete` says.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When

from xsell.models import BestSeller, CoPurchase, ProductRelation, Tier
from xsell.selection.completion import (
    Pair,
    Standing,
    active_run,
    best_first,
    standing_of_suggested,
    total_scores,
)
from xsell.values import Candidate, Evidence, ProductId, Source

BEST_SELLERS_READ = 24
"""How deep the best seller lists are read; a placement shows 24 at most."""

CROSS_SELL_KINDS = frozenset({ProductRelation.Kind.CROSS_SELL, ProductRelation.Kind.ACCESSORY})
HIGHER, LOWER, BANNED, BANNED_UPGRADE = "higher", "lower", "ban", "ban-upgrade"
REPLACING = frozenset({ProductRelation.Kind.UPSELL, ProductRelation.Kind.SUBSTITUTE, HIGHER, LOWER})
LARGEST = "largest"
ANCHORED = frozenset({Source.PINNED, Source.MINED, Source.TIERS})
GONE = Standing(0.0, sys.maxsize)
"""Of what the shop sells no more: it is asked last, and told that it is gone."""


MEASURED = (
    *("score", "n_both", "n_anchor", "n_suggested", "run__n_baskets", "lift", "lift_lower"),
)


@dataclass(frozen=True, slots=True)
class Related:
    """Candidates of each source for some anchors, best first, and what must not be suggested.

    `banned`, `banned_upgrades`: a person said never, as an addition or as a replacement.
    `instead`: upgrades, substitutes and ladder mates of an anchor, which replace it and so are no
    complement to it.
    """

    candidates: Mapping[Source, tuple[Candidate, ...]]
    banned: frozenset[ProductId]
    banned_upgrades: frozenset[ProductId]
    instead: frozenset[ProductId]

    def banned_from(self, source: Source) -> frozenset[ProductId]:
        """Products that this source must not suggest."""
        return self.banned_upgrades if source is Source.TIERS else self.banned


class _Row(NamedTuple):
    source: str
    anchor_id: Any
    product_id: Any
    kind: str
    position: int
    score: float
    n_both: int
    n_anchor: int
    n_suggested: int
    n_baskets: int
    lift: float
    lift_lower: float
    prior: float | None


def related_to(
    anchors: Sequence[ProductId], now: datetime, *, is_product_page: bool = False
) -> Related:
    """What the curated rows and the active snapshot know about the anchors, in one query.

    Mined candidates are what may be called bought together with the product of a page (and its
    parent), or else what completes a cart of the anchors, best first.
    """
    rows = _rows(anchors, now, is_product_page=is_product_page)
    relations = [row for row in rows if row.source == Source.PINNED]
    tiers = [row for row in rows if row.source == Source.TIERS]
    mined = [row for row in rows if row.source == Source.MINED]
    evidence = {(row.anchor_id, row.product_id): _evidence(row) for row in mined}
    if is_product_page:
        together = _in_order(mined, Source.MINED, evidence)
    else:
        together = _completions(anchors, mined, evidence)
    upsells = [row for row in relations if row.kind == ProductRelation.Kind.UPSELL]
    return Related(
        candidates={
            Source.PINNED: _in_order(
                (row for row in relations if row.kind in CROSS_SELL_KINDS), Source.PINNED, evidence
            ),
            Source.MINED: together,
            Source.TIERS: _in_order(
                [*(row for row in tiers if row.kind == HIGHER), *upsells], Source.TIERS, {}
            ),
            **{
                source: _in_order((row for row in rows if row.source == source), source, {})
                for source in (Source.CATEGORY_BEST_SELLERS, Source.BEST_SELLERS)
            },
        },
        banned=frozenset(row.product_id for row in relations if row.kind == BANNED),
        banned_upgrades=frozenset(
            row.product_id for row in relations if row.kind == BANNED_UPGRADE
        ),
        instead=frozenset(row.product_id for row in (*tiers, *relations) if row.kind in REPLACING),
    )


def _rows(anchors: Collection[ProductId], now: datetime, *, is_product_page: bool) -> list[_Row]:
    branches = [
        _curated(anchors, now),
        _bought_together(anchors) if is_product_page else _completing(anchors),
        _ladder_mates(anchors),
        _category_best_sellers(anchors),
    ]
    # Without order_by, Django 6.1 orders a union as its first model is.
    return [_Row(*row) for row in _best_sellers().union(*branches, all=True).order_by()]


def _evidence(row: _Row) -> Evidence:
    return Evidence(
        n_both=row.n_both,
        n_anchor=row.n_anchor,
        n_suggested=row.n_suggested,
        n_baskets=row.n_baskets,
        lift=row.lift,
        lift_lower=row.lift_lower,
    )


def _in_order(
    rows: Iterable[_Row],
    source: Source,
    evidence: Mapping[tuple[ProductId, ProductId], Evidence],
) -> tuple[Candidate, ...]:
    """Candidates by position; a product that several anchors propose counts once."""
    first: dict[ProductId, Candidate] = {}
    # The ids last: a UNION gives its rows in any order.
    for row in sorted(rows, key=lambda it: (it.position, str(it.product_id), str(it.anchor_id))):
        found = evidence.get((row.anchor_id, row.product_id))
        # A person says that the two go together; orders say it only beyond chance.
        if source is not Source.MINED and found is not None and not found.is_beyond_chance:
            found = None
        anchor_id = row.anchor_id if source in ANCHORED else None
        candidate = Candidate(row.product_id, source, anchor_id, row.position, row.score, found)
        first.setdefault(row.product_id, candidate)
    return tuple(first.values())


def _completions(
    anchors: Sequence[ProductId],
    rows: Collection[_Row],
    evidence: Mapping[tuple[ProductId, ProductId], Evidence],
) -> tuple[Candidate, ...]:
    """Candidates as they complete the anchors, each with its strongest evidence.

    A pair that chance may explain adds to a score, but nobody may say that the two are bought
    together: products that have no other pair come after all that have.
    """

    def strength(row: _Row) -> tuple[bool, float, int, str]:
        is_claim = evidence[row.anchor_id, row.product_id].is_beyond_chance
        return is_claim, row.score, row.n_both, str(row.anchor_id)

    speaking = [row for row in rows if row.score > 0]
    strongest = {row.product_id: row for row in sorted(rows, key=strength)}
    totals = total_scores(
        anchors,
        (Pair(row.anchor_id, row.product_id, row.score) for row in speaking),
        is_sum=all(row.kind != LARGEST for row in rows),
    )
    ranked = best_first(totals, {row.product_id: _standing(row) for row in speaking})
    ranked.sort(key=lambda it: not strength(strongest[it.product_id])[0])
    return tuple(
        Candidate(
            product_id=product_id,
            source=Source.MINED,
            anchor_id=strongest[product_id].anchor_id,
            position=position,
            score=score,
            evidence=evidence[strongest[product_id].anchor_id, product_id],
        )
        for position, (product_id, score) in enumerate(ranked, 1)
    )


def _standing(row: _Row) -> Standing:
    return GONE if row.prior is None else Standing(row.prior, row.position)


def _no_counts() -> Iterator[Value]:
    """Empty columns in the place of score, counts, lifts and prior."""
    yield Value(0.0, output_field=FloatField())
    yield from (Value(0) for _ in range(4))
    yield from (Value(0.0, output_field=FloatField()) for _ in range(3))


def _curated(anchors: Collection[ProductId], now: datetime) -> QuerySet[Any, Any]:
    is_banned = Q(verdict=ProductRelation.Verdict.BAN)
    kind = Case(
        When(is_banned & Q(kind__in=CROSS_SELL_KINDS), then=Value(BANNED)),
        When(is_banned, then=Value(BANNED_UPGRADE)),
        default=F("kind"),
    )
    return (
        ProductRelation.objects.running_at(now)
        .filter(anchor__in=anchors)
        .order_by()
        .values_list(
            Value(Source.PINNED.value), "anchor_id", "suggested_id", kind, "position", *_no_counts()
        )
    )


def _bought_together(anchors: Collection[ProductId]) -> QuerySet[Any, Any]:
    pairs = CoPurchase.objects.filter(run=active_run(), anchor__in=anchors, on_pages=True)
    return pairs.order_by().values_list(
        *(Value(Source.MINED.value), "anchor_id", "suggested_id", Value(""), "position"),
        *MEASURED,
        Value(0.0, output_field=FloatField()),
    )


def _completing(anchors: Collection[ProductId]) -> QuerySet[Any, Any]:
    """Those for pages too: they say nothing for the cart, but may say why something is shown."""
    prior, position = standing_of_suggested()
    kind = Case(When(run__is_sum=False, then=Value(LARGEST)), default=Value(""))
    return (
        CoPurchase.objects.filter(run=active_run(), anchor__in=anchors)
        .order_by()
        .values_list(
            *(Value(Source.MINED.value), "anchor_id", "suggested_id", kind, position),
            *MEASURED,
            prior,
        )
    )


def _ladder_mates(anchors: Collection[ProductId]) -> QuerySet[Any, Any]:
    is_higher = When(rank__gt=F("ladder__tiers__rank"), then=Value(HIGHER))
    return (
        Tier.objects.filter(ladder__is_live=True, ladder__tiers__product__in=anchors)
        .exclude(product__in=anchors)
        .order_by()
        .values_list(
            *(Value(Source.TIERS.value), "ladder__tiers__product_id", "product_id"),
            *(Case(is_higher, default=Value(LOWER)), "rank"),
            *_no_counts(),
        )
    )


def _category_best_sellers(anchors: Collection[ProductId]) -> QuerySet[Any, Any]:
    own = BestSeller.objects.filter(run=active_run(), product__in=anchors)
    return (
        BestSeller.objects.filter(
            run=active_run(),
            category_position__lte=BEST_SELLERS_READ,
            category_id__in=own.exclude(category_id="").values("category_id"),
        )
        .order_by()
        .values_list(
            *(Value(Source.CATEGORY_BEST_SELLERS.value), "product_id", "product_id", Value("")),
            "category_position",
            *_no_counts(),
        )
    )


def _best_sellers() -> QuerySet[Any, Any]:
    return (
        BestSeller.objects.filter(run=active_run(), position__lte=BEST_SELLERS_READ)
        .order_by()
        .values_list(
            *(Value(Source.BEST_SELLERS.value), "product_id", "product_id", Value("")),
            "position",
            *_no_counts(),
        )
    )
