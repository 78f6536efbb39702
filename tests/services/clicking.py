"""A process that clicks when it is told to, as one of several web workers would.

`python -m tests.services.clicking`: each line of its input is a click as JSON. It answers that it
is ready, waits for one line more, clicks, and answers what came of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from typing import Any

import django
from django.db import connection, transaction

from tests.architecture.budget import ROOT


class Clicker:
    """The process, as the test sees it."""

    def __init__(self, isolation: str = "") -> None:
        at = connection.settings_dict
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.clicking", isolation],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "demo_shop.settings",
                "XSELL_DATABASE_NAME": str(at["NAME"]),
            },
        )

    def aims(self, **click: Any) -> None:
        """Make it ready to click."""
        self.says(json.dumps(click))
        assert self.hears() == "ready"

    def says(self, line: str) -> None:
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hears(self) -> str:
        return self.process.stdout.readline().strip()


@contextlib.contextmanager
def clickers(number: int, isolation: str = "") -> Any:
    """So many processes, gone at the end; on MariaDB with that isolation, if not the shop's."""
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(number):
            clicker = Clicker(isolation)
            stack.enter_context(clicker.process)
            stack.callback(clicker.process.terminate)
            found.append(clicker)
        yield found


def at_once(clickers: list[Clicker], clicks: list[dict[str, Any]]) -> list[str]:
    """Everybody clicks at the same moment; what came of each click."""
    for clicker, click in zip(clickers, clicks, strict=True):
        clicker.aims(**click)
    for clicker in clickers:
        clicker.says("go")
    return [clicker.hears() for clicker in clickers]


def main() -> None:
    django.setup()
    from tests.services.shoppers import Shopper
    from xsell.exceptions import NotOnOffer
    from xsell.models import Acceptance, Offer

    if connection.vendor == "mysql" and sys.argv[1]:
        connection.settings_dict["OPTIONS"]["isolation_level"] = sys.argv[1]
    for line in sys.stdin:
        click = json.loads(line)
        shopper = Shopper(cart_ref=click["cart_ref"])
        offer = None if "undo" in click else Offer.objects.get(pk=click["offer"])
        with transaction.atomic() if click["has_looked"] else contextlib.nullcontext():
            if click["has_looked"]:
                # Under REPEATABLE READ it goes on seeing the ledger as it is now.
                Acceptance.objects.count()
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            sys.stdin.readline()
            try:
                if offer is None:
                    change = shopper.undoes(click["undo"])
                else:
                    (change,) = shopper.takes(offer, key=click["key"])
                answer = "taken" if change.done else change.reason
            except NotOnOffer as error:
                answer = type(error).__name__
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
