"""A suggestion must never take the page down."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import TypeVar

from django.db import connections, transaction

from xsell.conf import conf

logger = logging.getLogger("xsell")
T = TypeVar("T")


def guarded(what: str, build: Callable[[], T], empty: T) -> T:
    """`build()`, or `empty` and one log line if it fails.

    Inside a transaction of the host's it runs in a savepoint: on PostgreSQL a failed query would
    otherwise break every later query of the host's own page.
    """
    try:
        with _savepoints():
            return build()
    except Exception:  # the one guard at the shop front
        if conf.FAIL_LOUDLY:
            raise
        logger.exception("xsell: %s left empty", what)
        return empty


@contextlib.contextmanager
def _savepoints() -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for connection in connections.all(initialized_only=True):
            if connection.in_atomic_block and not connection.needs_rollback:
                stack.enter_context(transaction.atomic(using=connection.alias))
        yield
