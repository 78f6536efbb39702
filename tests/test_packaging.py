"""What `pip install xsell` brings: the app, whole and alone."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import xsell

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = {"all", "api", "babel", "bench", "celery", "import-export", "mining", "redis"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        yield archive


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(wheel.read(name).decode())


@pytest.fixture(scope="module")
def requirements(metadata: Message) -> list[Requirement]:
    return [Requirement(line) for line in metadata.get_all("Requires-Dist")]


def test_the_wheel_holds_the_app_and_nothing_else(wheel):
    written = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "xsell").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == written


@pytest.mark.parametrize(
    "pattern",
    [
        "xsell/py.typed",
        "xsell/migrations/0001_*.py",
        "xsell/templates/xsell/*.html",
        "xsell/static/xsell/*.css",
        "xsell/locale/*/LC_MESSAGES/django.mo",
        "*.dist-info/licenses/LICENSE",
    ],
)
def test_the_wheel_brings_what_a_shop_needs_beside_the_code(wheel, pattern):
    assert [name for name in wheel.namelist() if Path(name).match(pattern)]


def test_the_wheel_says_what_it_is(metadata):
    assert metadata["Name"] == "xsell"
    assert metadata["Version"] == xsell.__version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert set(metadata.get_all("Provides-Extra")) == EXTRAS


def test_a_shop_needs_nothing_but_django(requirements):
    assert [str(needed) for needed in requirements if needed.marker is None] == ["django>=5.2"]


def test_no_requirement_has_an_upper_cap(requirements):
    bounds = {bound.operator for needed in requirements for bound in needed.specifier}
    assert bounds == {">="}


@pytest.mark.parametrize("extra", sorted(EXTRAS))
def test_every_extra_brings_something(requirements, extra):
    assert [needed for needed in requirements if needed.marker and extra in str(needed.marker)]
