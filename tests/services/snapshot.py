"""What a run wrote, to be compared with what another did."""

from xsell.models import BestSeller, CoPurchase, MiningRun

PAIR = (
    *("anchor_id", "suggested_id", "position", "on_pages", "score"),
    *("n_both", "n_anchor", "n_suggested", "lift", "lift_lower"),
    *("suggested_prior", "suggested_position"),
)
SELLER = (
    *("product_id", "category_id", "n_orders", "position", "category_position"),
    *("prior", "prior_position"),
)


def serving():
    """Every value of every row that serves, and what the run says of its orders and its model."""
    run = MiningRun.objects.get(is_active=True)
    pairs = CoPurchase.objects.filter(run=run).order_by("anchor_id", "suggested_id")
    sellers = BestSeller.objects.filter(run=run).order_by("position")
    return {
        "pairs": list(pairs.values_list(*PAIR)),
        "best sellers": list(sellers.values_list(*SELLER)),
        "baskets": run.n_baskets,
        "model": {name: run.model[name] for name in ("scoring", "parameters", "habit")},
    }
