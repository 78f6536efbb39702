"""Counting queries as the promises count them."""

from collections.abc import Iterable, Mapping


def reads_and_writes(queries: Iterable[Mapping[str, str]]) -> tuple[int, int]:
    """Number of SELECTs and of all else. Savepoints are left out: they are the guard's."""
    verbs = [query["sql"].lstrip("( ").split(maxsplit=1)[0].upper() for query in queries]
    verbs = [verb for verb in verbs if verb not in {"SAVEPOINT", "RELEASE", "ROLLBACK"}]
    n_reads = sum(verb == "SELECT" for verb in verbs)
    return n_reads, len(verbs) - n_reads
