"""`python manage.py demo`: from an empty folder to a running shop with suggestions."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from demo_shop.loading.people import MERCHANDISER, NEWCOMER, SHOPPER
from demo_shop.loading.showpieces import popular_product
from demo_shop.loading.steps import set_up


class Command(BaseCommand):
    help = "Set up the demo shop (database, catalogue, orders, relations, curated rows), serve it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="Stop before serving.")
        parser.add_argument("--json", action="store_true", help="One last line of JSON.")
        parser.add_argument(
            "--orders", type=at_least_one, help="Load only so many orders, the newest ones."
        )
        parser.add_argument("--port", type=at_least_one, default=8000, help="Serve here (8000).")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = set_up(limit=options["orders"], say=self.say)
        except ImportError as error:
            raise CommandError(str(error)) from error
        urls = addresses(options["port"])
        self.introduce(urls)
        if options["json"]:
            summary = {**report.figures, "seconds": report.seconds, "urls": urls}
            self.stdout.write(json.dumps(summary))
        if not options["no_serve"]:
            # Reloading would run all of this again in a second process.
            call_command("runserver", str(options["port"]), use_reloader=False)

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def introduce(self, urls: dict[str, str]) -> None:
        self.stdout.write("")
        for name, url in urls.items():
            self.stdout.write(f"  {name:<10}{url}")
        self.stdout.write("")
        for person in (SHOPPER, NEWCOMER, MERCHANDISER):
            self.stdout.write(
                f"  {person.who}: user name {person.username}, password {person.password}"
            )
        self.stdout.write("")


def at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ArgumentTypeError("give a number of at least 1")
    return number


def addresses(port: int) -> dict[str, str]:
    shop = f"http://127.0.0.1:{port}"
    product = popular_product()
    return {
        "shop": shop + reverse("home"),
        "product": shop + (product.get_absolute_url() if product else reverse("products")),
        "cart": shop + reverse("cart"),
        "checkout": shop + reverse("checkout"),
        "admin": shop + reverse("admin:index"),
    }
