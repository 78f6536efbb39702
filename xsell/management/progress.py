"""Progress of long commands on the terminal: tqdm's bars where it is installed."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Protocol, Self

try:
    from tqdm import tqdm
except ImportError:  # the extra `mining` is not installed
    tqdm = None


class SupportsWrite(Protocol):
    """Standard error, or Django's wrapper of it."""

    def write(self, text: str, /) -> Any:
        """Write the text."""


class Bars:
    """One bar for each step that a job reports; one line for each without tqdm."""

    def __init__(self, stream: SupportsWrite) -> None:
        self._stream = stream
        self._bar: Any = None
        self._step = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show that `done` of `total` of this step are done."""
        if step != self._step:
            self._close()
            self._open(step, total)
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def _open(self, step: str, total: int) -> None:
        self._step = step
        if tqdm is None:
            self._stream.write(f"{step} ({total:,}) ...\n")
        else:
            self._bar = tqdm(total=total, desc=step, file=self._stream, unit_scale=True)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar, self._step = None, ""
