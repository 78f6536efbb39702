"""Mine what is bought together. Numpy and numba only: no Django, usable from a notebook.

>>> import numpy as np
>>> from xsell.engine import OrderLines, lift, mine
>>> order = np.repeat(np.arange(100), 2)
>>> product = np.tile(["camera", "strap", "lens", "filter", "bag", "bag"], 34)[:200]
>>> relations = mine(OrderLines(order, product), k=3)
>>> for row in zip(relations.antecedent, relations.consequent, relations.n_both):
...     print(*row)
camera strap 34
strap camera 34
filter lens 33
lens filter 33
>>> lift(
...     relations.n_both, relations.n_antecedent, relations.n_consequent, relations.n_baskets
... ).round(2).tolist()
[2.94, 2.94, 3.03, 3.03]
>>> list(zip(relations.products.tolist(), relations.n_orders.tolist()))[:2]
[('camera', 34), ('strap', 34)]
"""

from xsell.engine.baskets import Baskets, collect_baskets
from xsell.engine.completion import complete
from xsell.engine.evaluation import CONTESTANTS, NothingToTest, Report, evaluate
from xsell.engine.following import (
    NextSteps,
    RepurchaseGaps,
    next_steps,
    purchase_sequences,
    repurchase_gaps,
)
from xsell.engine.itemsets import ItemSets, bundles
from xsell.engine.lines import OrderLines
from xsell.engine.measures import confidence, lift, lift_lower_bound, support
from xsell.engine.mining import MEASURES, SCORINGS, mine
from xsell.engine.relations import Habit, Relations
from xsell.engine.store import BasketStore
from xsell.engine.substitutes import Substitutes, substitutes

__all__ = [
    "CONTESTANTS",
    "MEASURES",
    "SCORINGS",
    "BasketStore",
    "Baskets",
    "Habit",
    "ItemSets",
    "NextSteps",
    "NothingToTest",
    "OrderLines",
    "Relations",
    "Report",
    "RepurchaseGaps",
    "Substitutes",
    "bundles",
    "collect_baskets",
    "complete",
    "confidence",
    "evaluate",
    "lift",
    "lift_lower_bound",
    "mine",
    "next_steps",
    "purchase_sequences",
    "repurchase_gaps",
    "substitutes",
    "support",
]
