"""The demo shop's Celery app as these tests run it: a schedule of seconds, and runs that halt.

`celery -A tests.workers.shop_app`, with the folder of the test in XSELL_TEST_FOLDER.
"""

import json
import os
import time
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.db.models.signals import post_save

from demo_shop.celery import app
from xsell import tasks

FOLDER = Path(os.environ["XSELL_TEST_FOLDER"])
SECONDS_TO_WAIT = 120
ARGUMENTS = {"xsell.run_job": ["run_requested"]}
NIGHT = timedelta(days=1)

settings.XSELL_STORE = os.environ["XSELL_TEST_STORE"]

# The last night came a day ago: the nightly run is due at once, and then not for a day.
app.conf.beat_schedule = {
    name: {
        "task": name,
        "args": ARGUMENTS.get(name, []),
        "schedule": seconds or NIGHT,
        "last_run_at": app.now() - (timedelta() if seconds else NIGHT),
    }
    for name, seconds in json.loads(os.environ.get("XSELL_TEST_SCHEDULE", "{}")).items()
}


def halt(step, done, total):
    """Stay in the middle of the step that the test names, once, until it lets the run go on."""
    order = FOLDER / f"halt-in-{step}"
    if 2 * done < total or not order.exists():
        return
    order.write_text(str(os.getpid()))
    order.rename(FOLDER / "halted")
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while (FOLDER / "halted").exists():
        if time.monotonic() > deadline:
            os._exit(70)
        time.sleep(0.05)


def halting(run_job):
    def run(name, **arguments):
        # Some rows are in the database when a run halts in the middle of writing, and others not.
        import_module("xsell.services.mining.inserting").COPY_BATCH = 10
        silent_after = timedelta(seconds=int(os.environ["XSELL_TEST_SILENT_SECONDS"]))
        import_module("xsell.services.runs").SILENT_AFTER = silent_after
        return run_job(name, progress=halt, **arguments)

    return run


def halt_in_switching(instance, **signal):
    """The new run is saved as the one that serves, and the transaction is not yet committed."""
    if instance.is_active:
        halt("switching", 1, 1)


tasks.run_job = halting(tasks.run_job)
post_save.connect(halt_in_switching, sender="xsell.MiningRun")
