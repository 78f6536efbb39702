"""Commands that are told to end."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def ending_in_order() -> Iterator[None]:
    """Turn SIGTERM into SystemExit, so that what has begun is put in order.

    Python may set signal handlers in the main thread alone: in others nothing changes. SIGKILL
    asks nobody; the next run tidies up after it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
