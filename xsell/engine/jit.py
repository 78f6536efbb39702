"""The one place that names numba."""

from collections.abc import Callable
from typing import Any, TypeVar, cast, overload

import numba
from llvmlite import ir
from numba.extending import intrinsic
from numpy.typing import NDArray

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


def _prefetch(_context: Any, array: Any, _place: Any) -> Any:
    """Type and code of `prefetch`, as numba asks for them."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        line = builder.bitcast(builder.gep(start, [arguments[1]]), ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [line.type, number, number, number])
        call = builder.module.declare_intrinsic("llvm.prefetch", [line.type], shape)
        builder.call(call, [line, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return numba.void(array, numba.int64), generate


# In a kernel, `prefetch(array, place)` asks for the cache line of array[place], which is to be
# read soon, and does not wait: baskets are met in no order of memory, and most of the time of
# counting would be spent waiting for them. It is inlined into the kernel, hence in its cache.
prefetch = cast(Callable[[NDArray[Any], Any], None], intrinsic(_prefetch))
