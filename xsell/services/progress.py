"""How long work says how far it is, and what each of its steps took."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# Windows has no such module.
resource = importlib.import_module("resource") if importlib.util.find_spec("resource") else None

Progress = Callable[[str, int, int], None]
"""Called with the step's name, how much is done, and how much there is."""

OWN_STATUS, OWN_PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def silent(step: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(slots=True)
class Steps:
    """Seconds and peak memory (MB, of the whole process) of each step."""

    seconds: dict[str, float] = field(default_factory=dict)
    memory_mb: dict[str, int] = field(default_factory=dict)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure what happens inside; a step may come in parts."""
        _forget_peak()
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        self.seconds[name] = round(self.seconds.get(name, 0.0) + seconds, 3)
        self.memory_mb[name] = max(self.memory_mb.get(name, 0), _peak_mb())


def _forget_peak() -> None:
    """Let the peak start again; where it cannot, it is that of all steps so far."""
    with contextlib.suppress(OSError):
        OWN_PEAK.write_text("5", encoding="ascii")


def _peak_mb() -> int:
    """The most memory held since `_forget_peak`, in MB; 0 where nobody can tell."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", OWN_STATUS.read_text(encoding="ascii"))
    except OSError:
        found = None
    if found is not None:
        return int(found[1]) // 1024
    if resource is None:
        return 0
    units_per_mb = {"darwin": 1024 * 1024}.get(sys.platform, 1024)
    peak: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // units_per_mb
