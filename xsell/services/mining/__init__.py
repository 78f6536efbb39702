"""The shop's orders in, live co-purchase relations out.

The only place where the engine and the rest of xsell meet; reached by name, through
`xsell.services.jobs`, so that no web worker loads the mining stack.
"""

from xsell.services.mining.evaluating import evaluate_relations
from xsell.services.mining.previewing import preview_relations
from xsell.services.mining.recomputing import (
    recompute_relations,
    run_requested,
    update_relations,
)

__all__ = [
    "evaluate_relations",
    "preview_relations",
    "recompute_relations",
    "run_requested",
    "update_relations",
]
