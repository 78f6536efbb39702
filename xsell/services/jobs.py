"""Jobs by name.

The names are the doorway to the mining stack: web workers import this table, and never what it
points to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.module_loading import import_string

from xsell.exceptions import MissingExtra, UnknownJob

JOBS: Mapping[str, str] = {
    "recompute_relations": "xsell.services.mining.recompute_relations",
    "preview_relations": "xsell.services.mining.preview_relations",
    "update_relations": "xsell.services.mining.update_relations",
    "run_requested": "xsell.services.mining.run_requested",
    "prune_views": "xsell.services.seen.prune_views",
    "evaluate_relations": "xsell.services.mining.evaluate_relations",
    "count_segments": "xsell.services.segments.count_segments",
}

MINING_STACK = frozenset({"numpy", "numba"})


def run_job(name: str, **arguments: Any) -> Any:
    """Run the job in this process and return its result.

    Raise UnknownJob for a name that is not in the table, MissingExtra where a library is missing.
    """
    try:
        path = JOBS[name]
    except KeyError:
        known = ", ".join(sorted(JOBS))
        raise UnknownJob(f"There is no job {name!r}. Known: {known}.") from None
    try:
        job = import_string(path)
    except ImportError as error:
        if error.name and error.name.partition(".")[0] in MINING_STACK:
            raise MissingExtra(
                f"{name} needs {error.name}, which is not installed: pip install 'xsell[mining]'."
            ) from error
        raise
    return job(**arguments)
