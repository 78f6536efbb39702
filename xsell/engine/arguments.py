"""Arguments that are out of range, refused by their names."""

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
