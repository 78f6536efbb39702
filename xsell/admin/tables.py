"""Small tables inside a read-only field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def as_list(entries: Mapping[str, Any]) -> SafeString:
    """One line for each entry that says something."""
    said = [(name, value) for name, value in entries.items() if value is not None]
    return format_html_join("", "<div>{}: {}</div>", said)


def as_table(label: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> SafeString:
    """A table whose first column names the row; the others hold figures.

    Screen readers call it `label`.
    """
    first, *others = heads
    head = format_html(
        '<tr><th scope="col">{}</th>{}</tr>',
        first,
        format_html_join(
            "", '<th scope="col" class="xsell-figure">{}</th>', ((it,) for it in others)
        ),
    )
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        (
            (
                name,
                format_html_join("", '<td class="xsell-figure">{}</td>', ((it,) for it in figures)),
            )
            for name, *figures in rows
        ),
    )
    # A box of its own: a wide table scrolls in it, and the page does not.
    return format_html(
        '<div class="xsell-table" tabindex="0" role="group" aria-label="{}">'
        "<table><thead>{}</thead><tbody>{}</tbody></table></div>",
        label,
        head,
        body,
    )


def folded(summary: str, content: SafeString) -> SafeString:
    """Content that opens on a click on its summary."""
    return format_html("<details><summary>{}</summary>{}</details>", summary, content)
