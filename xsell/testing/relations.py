"""Relations for tests: written as mining writes them, without orders and the mining stack."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from xsell.models import BestSeller, CoPurchase, MiningRun

N_BASKETS = 1_000
PRIOR = 1e-9
"""Of the best seller, and all sell alike: it orders what no pair speaks for."""


def serve_relations(bought_with: Mapping[Any, Sequence[Any]]) -> MiningRun:
    """Let a snapshot serve in which each product was bought with those, most often first.

    Each product becomes a best seller: the anchors in the order given, then what was bought with
    them. Counts are made up but consistent: of 1,000 orders 100 hold any product, and 50, 49,
    48 ... hold the pair.
    """
    names = dict.fromkeys([*bought_with, *itertools.chain.from_iterable(bought_with.values())])
    sold = {product_id: position for position, product_id in enumerate(names, start=1)}
    run = MiningRun(
        status=MiningRun.Status.READY,
        is_active=True,
        started_at=timezone.now(),
        finished_at=timezone.now(),
        started_by="xsell.testing",
        n_baskets=N_BASKETS,
        n_pairs=sum(map(len, bought_with.values())),
    )
    with transaction.atomic():
        MiningRun.objects.filter(is_active=True).update(is_active=False)
        run.save()
        CoPurchase.objects.bulk_create(
            _pair(run, anchor, suggested, position, sold[suggested])
            for anchor, others in bought_with.items()
            for position, suggested in enumerate(others, start=1)
        )
        BestSeller.objects.bulk_create(
            BestSeller(
                run=run,
                product_id=product_id,
                n_orders=100,
                position=position,
                category_position=position,
                prior=PRIOR,
                prior_position=position,
            )
            for product_id, position in sold.items()
        )
    return run


def _pair(
    run: MiningRun, anchor: Any, suggested: Any, position: int, suggested_position: int
) -> CoPurchase:
    n_both = max(51 - position, 3)
    lift = n_both * N_BASKETS / (100 * 100)
    return CoPurchase(
        run=run,
        anchor_id=anchor,
        suggested_id=suggested,
        position=position,
        score=n_both / (200 - n_both),
        n_both=n_both,
        n_anchor=100,
        n_suggested=100,
        suggested_prior=PRIOR,
        suggested_position=suggested_position,
        lift=lift,
        lift_lower=lift / 2,
    )
