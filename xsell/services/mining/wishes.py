"""What a run is asked for: as arguments, as JSON with the run, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from xsell.engine import SCORINGS
from xsell.services.moments import moment

A_CENTURY = 36_500


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """Which orders to mine, and how.

    since, until: orders placed in [since, until); window_days: in place of `since`, those of the
    last so many days. k: relations of a product. scoring: of `xsell.engine.mine`; with "auto" the
    model is chosen on the shop's own newest orders, once a week or when `retune` asks for it.
    min_count: fewest common orders, None for what the scoring deems enough. half_life_days: orders
    weigh half as much after so many days. evaluate: measure the model beside others, too.
    """

    since: datetime | None = None
    until: datetime | None = None
    window_days: float | None = None
    k: int = 20
    scoring: str = "auto"
    min_count: int | None = None
    half_life_days: float | None = None
    retune: bool = False
    evaluate: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError or TypeError naming what is out of range."""
        for name in ("since", "until"):
            given = getattr(self, name)
            if isinstance(given, str):
                object.__setattr__(self, name, _read(name, given))
        if self.window_days is not None and self.since is not None:
            raise ValueError("since and window_days both say where to begin: give one of them")
        if self.window_days is not None and not 0 < self.window_days <= A_CENTURY:
            raise ValueError(
                f"window_days must be above 0 and a century at most, not {self.window_days!r}"
            )
        if self.since and self.until and self.since >= self.until:
            raise ValueError(f"since ({self.since}) must be before until ({self.until})")
        if self.scoring not in SCORINGS:
            raise ValueError(f"scoring must be one of {', '.join(SCORINGS)}, not {self.scoring!r}")
        for name in ("k", "min_count"):
            number = getattr(self, name)
            if number is None and name == "min_count":
                continue
            if type(number) is not int or number < 1:
                raise ValueError(f"{name} must be a whole number of at least 1, not {number!r}")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Wishes:
        """From arguments by name. Raise TypeError for one that is none."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(given) - known):
            raise TypeError(f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        return cls(**given)

    @classmethod
    def of_run(cls, parameters: Mapping[str, Any]) -> Wishes:
        """From those that a run keeps; an older version may have kept more."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in parameters.items() if name in known})

    def beginning(self, now: datetime) -> datetime | None:
        """From when on orders count."""
        return self.since if self.window_days is None else now - timedelta(days=self.window_days)

    def as_json(self) -> dict[str, Any]:
        """What `of` takes, for a JSON column."""
        moments = {
            name: None if (given := getattr(self, name)) is None else given.isoformat()
            for name in ("since", "until")
        }
        return {**asdict(self), **moments}

    def of_an_update(self) -> Wishes:
        """The same without what is for a full run alone."""
        return replace(self, retune=False, evaluate=False)


def _read(name: str, text: str) -> datetime:
    try:
        return moment(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
