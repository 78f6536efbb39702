"""A merchandiser's browser: opens screens, fills in what they show, and reads what comes back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse


class Controls(HTMLParser):
    """What a browser would post of a page's controls as they stand."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.data: dict[str, str] = {}
        self.pickers: dict[str, str] = {}
        self._select = self._textarea = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if "__prefix__" in name or name.startswith("_"):
            return
        if tag in {"input", "select"} and name:
            self.pickers[name] = given.get("class") or ""
        if tag == "input" and name and given.get("type") not in {"submit", "button"}:
            if given.get("type") != "checkbox" or "checked" in given:
                self.data[name] = given.get("value") or ("on" if "checked" in given else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.data[self._select] = given.get("value") or ""
        elif tag == "textarea":
            self._textarea = name
            self.data[name] = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.data[self._textarea] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""


class Desk:
    """The admin's screens of xsell, by the name of their model."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def list(self, model: str, **query: Any) -> HttpResponse:
        return self.client.get(reverse(f"admin:xsell_{model}_changelist"), query)

    def rows(self, model: str, **query: Any) -> list[Any]:
        """The rows that the list shows."""
        response = self.list(model, **query)
        assert response.status_code == 200, response
        return list(response.context["cl"].result_list)

    def address(self, model: str, pk: Any = None) -> str:
        if pk is None:
            return reverse(f"admin:xsell_{model}_add")
        return reverse(f"admin:xsell_{model}_change", args=[pk])

    def open(self, model: str, pk: Any = None) -> HttpResponse:
        return self.client.get(self.address(model, pk))

    def controls(self, model: str, pk: Any = None) -> Controls:
        response = self.open(model, pk)
        assert response.status_code == 200, response
        return Controls(response.content.decode())

    def save(self, model: str, pk: Any = None, **changes: Any) -> list[str]:
        """Change these controls, save, and return the errors that the screen shows; none: saved."""
        data = {**self.controls(model, pk).data, **changes}
        data = {name: value for name, value in data.items() if value is not None}
        response = self.client.post(self.address(model, pk), data)
        if response.status_code == 302:
            return []
        assert response.status_code == 200, response
        errors = list(response.context["errors"])
        assert errors, "neither saved nor refused"
        return [str(error) for each in errors for error in as_texts(each)]


def as_texts(error: Any) -> list[str]:
    return [str(one) for one in error] if isinstance(error, list) else [str(error)]
