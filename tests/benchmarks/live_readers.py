"""Shoppers who look at pages while a run writes and switches: how long the longest waits."""

import multiprocessing
import queue
import random
import time
from typing import NamedTuple

import numpy as np
from django.db import connection
from django.utils import timezone

from xsell.models import CoPurchase, MiningRun
from xsell.selection.related import related_to
from xsell.values import Source

N_READERS = 2
N_ANCHORS = 5
# Shoppers pause; readers that do not would measure how two cores are shared.
PAUSE_SECONDS = 0.005
AROUND_THE_SWITCH = 2.0


class Answer(NamedTuple):
    """When a page was asked for, how long it took, and how many baskets its runs say they have.

    No more than one number may come: the run that served before says 1, see `marked_as_old`.
    """

    asked_at: float
    seconds: float
    n_baskets: tuple[int, ...]


class Readers:
    """Processes that are ready at once, read from `start` until `stop`, and tell what they saw."""

    def __init__(self) -> None:
        # They are set up as this process is; a connection is nothing to share.
        connection.close()
        forking = multiprocessing.get_context("fork")
        self.go, self.over = forking.Event(), forking.Event()
        self.ready = [forking.Event() for _ in range(N_READERS)]
        self.answers = forking.Queue()
        self.processes = [
            forking.Process(
                target=_read, args=(seed, is_ready, self.go, self.over, self.answers), daemon=True
            )
            for seed, is_ready in enumerate(self.ready)
        ]
        for process in self.processes:
            process.start()
        if not all(is_ready.wait(timeout=60) for is_ready in self.ready):
            raise RuntimeError("A reader did not come up within a minute.")

    def start(self) -> None:
        self.go.set()

    def stop(self) -> list[list[Answer]]:
        """What each of them saw, in the order in which it saw it."""
        time.sleep(AROUND_THE_SWITCH)
        self.over.set()
        try:
            seen = [self.answers.get(timeout=60) for _ in self.processes]
        except queue.Empty:
            raise RuntimeError("A reader failed; its traceback is above.") from None
        for process in self.processes:
            process.join()
        return seen


def _read(seed: int, is_ready, go, over, answers) -> None:
    dice = random.Random(seed)
    mined = CoPurchase.objects.filter(run__is_active=True).order_by()
    anchors = list(mined.values_list("anchor_id", flat=True).distinct()[:20_000])
    related_to(anchors[:N_ANCHORS], timezone.now())
    seen = []
    is_ready.set()
    go.wait()
    while not over.is_set():
        some = dice.sample(anchors, N_ANCHORS)
        asked_at, started = time.time(), time.perf_counter()
        related = related_to(some, timezone.now())
        seconds = time.perf_counter() - started
        found = {it.evidence.n_baskets for it in related.candidates[Source.MINED] if it.evidence}
        seen.append(Answer(asked_at, seconds, tuple(found)))
        time.sleep(PAUSE_SECONDS)
    answers.put(seen)


def marked_as_old() -> None:
    """Let the run that serves say that it has one basket, so that its rows can be told."""
    MiningRun.objects.filter(is_active=True).update(n_baskets=1)


def what_they_saw(seen: list[list[Answer]], switched_at: float) -> dict[str, float]:
    """Milliseconds over all answers, and around the switch. Fails if anybody saw two runs, none,
    or the old one after the new one."""
    answers = [answer for own in seen for answer in own]
    assert all(len(answer.n_baskets) == 1 for answer in answers), "A page mixed two runs."
    for own in seen:
        is_new = np.array([answer.n_baskets != (1,) for answer in own])
        assert not is_new[0], "The new run was seen before it was written."
        assert is_new[-1], "The new run was never seen."
        assert np.all(np.diff(is_new.astype(int)) >= 0), "The old run came back."
    milliseconds = np.array([answer.seconds for answer in answers]) * 1000
    asked_at = np.array([answer.asked_at for answer in answers])
    near = milliseconds[np.abs(asked_at - switched_at) < AROUND_THE_SWITCH]
    return {
        "pages": milliseconds.size,
        "median": float(np.median(milliseconds)),
        "p99": float(np.percentile(milliseconds, 99)),
        "longest": float(milliseconds.max()),
        "pages near": near.size,
        "median near": float(np.median(near)),
        "p99 near": float(np.percentile(near, 99)),
        "longest near": float(near.max()),
    }
