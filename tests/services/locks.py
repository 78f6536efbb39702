"""Who waits for whom in PostgreSQL."""

import time

import pytest
from django.db import connection

SECONDS_TO_WAIT = 30
# Of the whole server pg_locks tells, and other tests have databases on it at the same time.
WAITS_FOR_US = (
    "SELECT count(*) FROM pg_locks "
    "WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)


def until_somebody_waits_for_us():
    """Until another connection waits for a lock that this one has."""
    deadline = time.monotonic() + SECONDS_TO_WAIT
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(WAITS_FOR_US)
            if cursor.fetchone()[0]:
                return
    pytest.fail("nobody waits for us")
