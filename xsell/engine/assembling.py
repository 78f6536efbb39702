"""From codes back to the caller's product ids."""

import numpy as np
from numpy.typing import NDArray

from xsell.engine.ranking import Pairs
from xsell.engine.relations import Relations
from xsell.engine.tuning import Choice
from xsell.engine.workshop import Workshop


def relations_of(
    shop: Workshop,
    pairs: Pairs,
    choice: Choice,
    prior: NDArray[np.float64],
    *,
    is_sum: bool = True,
) -> Relations:
    """What was mined, in the caller's own ids."""
    baskets, index = shop.baskets, shop.index
    products = baskets.products[shop.by_popularity]
    times = baskets.placed_at
    is_dated = times is not None and times.size > 0
    return Relations(
        antecedent=products[pairs.code],
        consequent=products[pairs.partner],
        rank=pairs.rank,
        score=pairs.score,
        n_both=pairs.n_both.astype(np.int64),
        n_antecedent=index.n_baskets_with[pairs.code],
        n_consequent=index.n_baskets_with[pairs.partner],
        n_baskets=index.n_baskets,
        products=products,
        n_orders=baskets.n_baskets_with[shop.by_popularity],
        n_lines=baskets.n_lines,
        n_dropped=baskets.n_dropped,
        n_giant=shop.n_giant,
        n_robot=shop.n_robot,
        scoring=choice.scoring,
        first_order_at=times.min() if times is not None and is_dated else None,
        last_order_at=times.max() if times is not None and is_dated else None,
        parameters=choice.as_parameters(),
        prior=prior,
        is_sum=is_sum,
        habit=choice.habit,
        trials=choice.trials,
    )
