"""Snapshots for tests: the rows that mining writes, from relations of the engine."""

import numpy as np
from django.utils import timezone

from xsell.engine import Relations, lift, lift_lower_bound
from xsell.models import BestSeller, CoPurchase, MiningRun


def serve(relations: Relations) -> MiningRun:
    """Let these relations serve, as if the shop still had every product."""
    MiningRun.objects.filter(is_active=True).update(is_active=False)
    run = MiningRun.objects.create(
        status=MiningRun.Status.READY,
        is_active=True,
        started_at=timezone.now(),
        n_baskets=relations.n_baskets,
        is_sum=relations.is_sum,
    )
    BestSeller.objects.bulk_create(best_sellers(run, relations), batch_size=2_000)
    CoPurchase.objects.bulk_create(copurchases(run, relations), batch_size=2_000)
    return run


def best_sellers(run: MiningRun, relations: Relations) -> list[BestSeller]:
    place = np.empty(len(relations.products), np.int64)
    place[np.argsort(-relations.prior, kind="stable")] = np.arange(1, len(place) + 1)
    columns = (relations.products, relations.n_orders, relations.prior, place)
    return [
        BestSeller(
            run=run,
            product_id=product,
            n_orders=n_orders,
            position=position,
            category_position=position,
            prior=prior,
            prior_position=prior_position,
        )
        for position, (product, n_orders, prior, prior_position) in enumerate(
            zip(*(it.tolist() for it in columns), strict=True), 1
        )
    ]


def copurchases(run: MiningRun, relations: Relations) -> list[CoPurchase]:
    counts = (relations.n_both, relations.n_antecedent, relations.n_consequent)
    columns = {
        "anchor_id": relations.antecedent,
        "suggested_id": relations.consequent,
        "position": relations.rank,
        "score": relations.score,
        **dict(zip(("n_both", "n_anchor", "n_suggested"), counts, strict=True)),
        "lift": lift(*counts, relations.n_baskets),
        "lift_lower": lift_lower_bound(*counts, relations.n_baskets),
    }
    rows = zip(*(it.tolist() for it in columns.values()), strict=True)
    return [CoPurchase(run=run, **dict(zip(columns, row, strict=True))) for row in rows]
