"""The one place that names numba."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel at its first call, release the GIL in it, keep it in numba's disk cache.

    numba writes to ``NUMBA_CACHE_DIR``, else beside the source, else to the user's cache
    directory. In a read-only container none of them may exist, and numba then raises while the
    decorator runs, that is at import: the kernel is compiled afresh in each process instead.
    """
    try:
        return cast(Kernel, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:
        return cast(Kernel, numba.njit(nogil=True)(function))
