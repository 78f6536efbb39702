"""What a run wrote, to be compared with what another did."""

from xsell.models import BestSeller, CoPurchase, MiningRun, NextPurchase, RepurchaseGap

PAIR = (
    *("anchor_id", "suggested_id", "position", "on_pages", "score"),
    *("n_both", "n_anchor", "n_suggested", "lift", "lift_lower"),
    *("suggested_prior", "suggested_position"),
)
SELLER = (
    *("product_id", "category_id", "n_orders", "position", "category_position"),
    *("prior", "prior_position"),
)
STEP = (
    *("anchor_id", "suggested_id", "position", "score", "n_both", "n_anchor", "n_suggested"),
    *("lift", "lift_lower", "lag_days"),
)
GAP = (
    *("product_id", "n_gaps", "n_customers"),
    *("lower_quartile_days", "median_days", "upper_quartile_days"),
)


def serving():
    """Every value of every row that serves, and what the run says of its orders and its model."""
    run = MiningRun.objects.get(is_active=True)
    pairs = CoPurchase.objects.filter(run=run).order_by("anchor_id", "suggested_id")
    sellers = BestSeller.objects.filter(run=run).order_by("position")
    steps = NextPurchase.objects.filter(run=run).order_by("anchor_id", "position")
    gaps = RepurchaseGap.objects.filter(run=run).order_by("product_id")
    return {
        "next steps": list(steps.values_list(*STEP)),
        "gaps": list(gaps.values_list(*GAP)),
        "following": run.following,
        "pairs": list(pairs.values_list(*PAIR)),
        "best sellers": list(sellers.values_list(*SELLER)),
        "baskets": run.n_baskets,
        "model": {name: run.model[name] for name in ("scoring", "parameters", "habit")},
    }
