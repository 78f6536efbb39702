"""The one place that names numba."""

from collections.abc import Callable
from typing import Any, TypeVar, cast, overload

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])


@overload
def compiled(function: Kernel) -> Kernel: ...
@overload
def compiled(*, reassociate: bool) -> Callable[[Kernel], Kernel]: ...
def compiled(function: Any = None, *, reassociate: bool = False) -> Any:
    """Compile a kernel at its first call, release the GIL in it, keep it in numba's disk cache.

    `reassociate` lets sums be taken several terms at a time: another last digit, yet the same one
    on every run. numba writes to ``NUMBA_CACHE_DIR``, else beside the source, else to the user's
    cache directory. In a read-only container none of them may exist, and numba then raises while
    the decorator runs, that is at import: the kernel is compiled afresh in each process instead.
    """
    options: dict[str, Any] = {
        "nogil": True,
        "fastmath": {"reassoc", "contract"} if reassociate else False,
    }

    def compile_kernel(kernel: Kernel) -> Kernel:
        try:
            return cast(Kernel, numba.njit(cache=True, **options)(kernel))
        except RuntimeError:
            return cast(Kernel, numba.njit(**options)(kernel))

    return compile_kernel if function is None else compile_kernel(function)
