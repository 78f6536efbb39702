"""What the app says, read off its sources, and what its catalogues of translations have."""

import ast
import io
import re
from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-#0 +]*[\d.*]*[a-zA-Z%]")
READ_OUT = re.compile(r'\s(?:alt|title|placeholder|aria-label)="([^"]*)"')
TEMPLATE_CODE = re.compile(
    r"\{% *blocktrans.*?endblocktrans\w* *%\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL
)


def catalogue(path):
    """The catalogue at the path, compiled or not."""
    language = path.parent.parent.name
    with path.open("rb") as file:
        return read_mo(file) if path.suffix == ".mo" else read_po(file, locale=language)


def forms(text):
    """A message in all its plural forms; in its only one if it has none."""
    return tuple(text) if isinstance(text, (list, tuple)) else (text,)


def messages(catalogue):
    """Translations in all their forms by (context, forms of the original); not the header."""
    return {(it.context, forms(it.id)): forms(it.string) for it in catalogue if it.id}


def placeholders(texts):
    return {found for text in texts for found in PLACEHOLDER.findall(text)}


def in_python(source):
    """Messages in Python code, as (context, forms)."""
    found = extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS)
    return {(context, forms(message)) for _line, message, _comments, context in found}


def in_template(source):
    """Messages in a template, which Django turns into code for its own makemessages, too."""
    return in_python("\n".join(line.strip() for line in templatize(source).splitlines()))


def said_in(folder: Path):
    """Messages in all code and templates below the folder."""
    said = set()
    for pattern, read in (("*.py", in_python), ("templates/**/*.html", in_template)):
        for path in folder.rglob(pattern):
            said |= read(path.read_text(encoding="utf-8"))
    return said


def pieced_together(source):
    """Calls of gettext with a text that is made on the spot: no catalogue could have it."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        ast.unparse(call)
        for call in calls
        if ast.unparse(call.func).rpartition(".")[2] in KEYWORDS
        and isinstance(call.args[0], (ast.JoinedStr, ast.BinOp, ast.Call))
    ]


def unmarked_words(source):
    """Words of a template that stand there in English whatever the reader's language."""
    html = TEMPLATE_CODE.sub("", source)
    between_tags = re.sub(r"<[^>]*>", " ", html)
    return re.findall(r"[^\W\d_]+", " ".join([between_tags, *READ_OUT.findall(html)]))
