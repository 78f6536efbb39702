"""Libraries that this machine shall not have, although the tests' environment does."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

LIBRARIES = frozenset(
    {
        *("rest_framework", "drf_spectacular", "celery", "kombu", "redis"),
        *("numpy", "scipy", "numba", "pandas", "tqdm", "babel", "import_export"),
    }
)


def is_missing(module: str) -> bool:
    return module.partition(".")[0] in LIBRARIES


class Missing(MetaPathFinder):
    """Says what Python says of a module that is not there."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if is_missing(fullname):
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


def forget() -> None:
    """From now on no import finds them, those included that some plugin has found already."""
    sys.meta_path.insert(0, Missing())
    for name in list(filter(is_missing, sys.modules)):
        del sys.modules[name]
