"""Arguments that are out of range, refused by their names."""

import math
from datetime import timedelta

import numpy as np


def check_at_least(least: int, **values: int) -> None:
    """Raise TypeError for what is no whole number, ValueError for what is below `least`."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise TypeError(f"{name} must be a whole number, not {value!r}")
        if value < least:
            raise ValueError(f"{name} must be at least {least}, not {value}")


def check_limits(max_basket: int | None, threads: int | None, **counts: int) -> None:
    """Raise as `check_at_least` does: None is no limit, and counts are at least one."""
    check_at_least(1, **counts)
    if max_basket is not None:
        check_at_least(2, max_basket=max_basket)
    if threads is not None:
        check_at_least(1, threads=threads)


def check_window(window: timedelta | None, *, has_times: bool) -> None:
    """Raise for a window that is no positive span of time, or of orders without times."""
    if window is None:
        return
    if not isinstance(window, timedelta):
        raise TypeError(f"window must be a datetime.timedelta or None, not {window!r}")
    if window <= timedelta(0):
        raise ValueError(f"window must be positive, not {window}")
    if not has_times:
        raise ValueError("window needs placed_at in the order lines")


def check_between(name: str, value: object, least: float, most: float = math.inf) -> None:
    """Raise TypeError for what is no number, ValueError for one that is not in [least, most]."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number, not {value!r}")
    if not least <= float(value) <= most or not math.isfinite(float(value)):
        raise ValueError(f"{name} must be from {least:g} to {most:g}, not {value!r}")
