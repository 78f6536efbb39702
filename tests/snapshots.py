"""Snapshots for tests: relations of the engine as mining writes them, without orders."""

from django.utils import timezone

from xsell.engine import Relations
from xsell.models import MiningRun
from xsell.services.mining.columns import Names
from xsell.services.mining.pairing import paired
from xsell.services.mining.writing import write_snapshot
from xsell.services.progress import silent
from xsell.services.runs import Work
from xsell.services.snapshots import switch_to


def serve(relations: Relations) -> MiningRun:
    """Let these relations serve, as if the shop still had every product."""
    run = MiningRun.objects.create(
        is_at_work=True,
        started_at=timezone.now(),
        n_baskets=relations.n_baskets,
        is_sum=relations.is_sum,
    )
    shelves = dict.fromkeys(relations.products.tolist(), "")
    write_snapshot(Names(), relations, paired(relations, relations), shelves, Work(run, silent))
    switch_to(run)
    MiningRun.objects.update(is_at_work=None)
    return run
