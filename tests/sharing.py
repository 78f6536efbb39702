"""How several workers of pytest-xdist share the tests out."""

from typing import Any

# What these share is dear to make, and one worker makes it: clusters, demos, models, projects.
TOGETHER = (
    "tests/workers/",
    "tests/demo_shop/test_demo.py",
    "tests/selection/test_completion.py",
    "tests/test_readme.py",
)
# They take longest: with them workers begin, so that nobody waits for them in the end.
FIRST = (*TOGETHER, "tests/test_hosts.py")


def scope_of(nodeid: str) -> str:
    """Tests of one scope go to one worker, in their order."""
    return next((each for each in TOGETHER if nodeid.startswith(each)), nodeid)


def scheduler(config: Any, log: Any) -> Any:
    """One test after another to whoever is free, in our order.

    (`--dist loadgroup` would go by marks, but does not see them under pytest 9.2, without a word:
    issue 1386 of pytest-xdist.)
    """
    from xdist.scheduler import LoadScopeScheduling  # not everybody's session has it

    class Sharing(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid)

    config.option.loadscopereorder = False
    return Sharing(config, log)
