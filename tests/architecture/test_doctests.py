"""The examples in the docstrings are true."""

import doctest
import importlib

import pytest

from tests.architecture.budget import sources

WITH_EXAMPLES = [
    source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for source in sources("xsell", "demo_shop")
    if ">>> " in source.text
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_in_the_docstrings_hold(name):
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.attempted > 0
    assert outcome.failed == 0
