from django.db import connection
from django.test.utils import CaptureQueriesContext


def n_queries(call, *arguments):
    with CaptureQueriesContext(connection) as asked:
        call(*arguments)
    return len(asked)
