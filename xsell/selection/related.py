"""Everything that is stored about a set of anchors: candidates of each source, and what bars them.

A product's page has what is bought together with it; a cart has what completes it, as `complete`
says.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from xsell.models import ProductRelation
from xsell.selection.completion import best_first, total_scores
from xsell.selection.rows import (
    BANNED,
    BANNED_UPGRADE,
    CROSS_SELL_KINDS,
    HIGHER,
    LARGEST,
    LOWER,
    STANDING,
    Row,
    rows_around,
)
from xsell.values import Candidate, Evidence, ProductId, Source

REPLACING = frozenset({ProductRelation.Kind.UPSELL, ProductRelation.Kind.SUBSTITUTE, HIGHER, LOWER})
ANCHORED = frozenset({Source.PINNED, Source.MINED, Source.TIERS})
GONE = (0.0, sys.maxsize)
"""Of what the shop sells no more: it is asked last, and told that it is gone."""


@dataclass(frozen=True, slots=True)
class Related:
    """Candidates of each source for some anchors, best first, and what must not be suggested.

    `banned`, `banned_upgrades`: a person said never, as an addition or as a replacement.
    `instead`: upgrades, substitutes and ladder mates of an anchor, which replace it and so are no
    complement to it. `n_orders`: orders with each anchor of a product's page, where it was mined;
    what may be a step up from it has its own orders as its score.
    """

    candidates: Mapping[Source, tuple[Candidate, ...]]
    banned: frozenset[ProductId]
    banned_upgrades: frozenset[ProductId]
    instead: frozenset[ProductId]
    n_orders: Mapping[ProductId, int] = field(default_factory=dict)

    def banned_from(self, source: Source) -> frozenset[ProductId]:
        """Products that this source must not suggest."""
        if source is Source.STEP_UP:
            return self.banned_upgrades | self.banned
        return self.banned_upgrades if source is Source.TIERS else self.banned


def related_to(
    anchors: Sequence[ProductId], now: datetime, *, is_product_page: bool = False
) -> Related:
    """What the curated rows and the active snapshot know about the anchors, in one query.

    Mined candidates are what may be called bought together with the product of a page (and its
    parent), or else what completes a cart of the anchors, best first.
    """
    rows = rows_around(anchors, now, is_product_page=is_product_page)
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
            Source.STEP_UP: _by_orders(rows) if is_product_page else (),
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
        n_orders={row.product_id: int(row.n_suggested) for row in rows if row.kind == STANDING},
    )


def _by_orders(rows: Iterable[Row]) -> tuple[Candidate, ...]:
    """What sells best on the anchors' shelves, the most bought first."""
    sellers = {row.product_id: row for row in rows if row.source == Source.CATEGORY_BEST_SELLERS}
    ranked = sorted(sellers.values(), key=lambda it: (-it.n_suggested, str(it.product_id)))
    return tuple(
        Candidate(row.product_id, Source.STEP_UP, None, place, float(row.n_suggested))
        for place, row in enumerate(ranked, 1)
    )


def _evidence(row: Row) -> Evidence:
    # MariaDB makes decimals of whole numbers where a UNION joins signed and unsigned ones.
    return Evidence(
        n_both=int(row.n_both),
        n_anchor=int(row.n_anchor),
        n_suggested=int(row.n_suggested),
        n_baskets=int(row.n_baskets),
        lift=row.lift,
        lift_lower=row.lift_lower,
    )


def _in_order(
    rows: Iterable[Row],
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
    rows: Collection[Row],
    evidence: Mapping[tuple[ProductId, ProductId], Evidence],
) -> tuple[Candidate, ...]:
    """Candidates as they complete the anchors, each with its strongest evidence.

    A pair that chance may explain adds to a score, but nobody may say that the two are bought
    together: products that have no other pair come after all that have.
    """

    def strength(row: Row) -> tuple[bool, float, int, str]:
        is_claim = evidence[row.anchor_id, row.product_id].is_beyond_chance
        return is_claim, row.score, row.n_both, str(row.anchor_id)

    speaking = [row for row in rows if row.score > 0]
    strongest = {row.product_id: row for row in sorted(rows, key=strength)}
    pairs: dict[ProductId, list[tuple[ProductId, float]]] = {}
    for row in speaking:
        pairs.setdefault(row.anchor_id, []).append((row.product_id, row.score))
    totals = total_scores(anchors, pairs, is_sum=all(row.kind != LARGEST for row in rows))
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


def _standing(row: Row) -> tuple[float, int]:
    return (row.prior, row.position) if row.position else GONE
