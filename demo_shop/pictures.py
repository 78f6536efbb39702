"""Draws product pictures: an emblem on a pack in its brand's colours, as SVG.

The data has no photographs. Loose goods are their emblem alone; everything else is the pack it
is sold in, with the emblem as its label and the colours of its brand, so that one shelf does not
show the same picture twenty times and the private label is known at a glance.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from xml.etree import ElementTree

DRAWINGS = Path(__file__).resolve().parent / "drawings"
SVG = "http://www.w3.org/2000/svg"
ElementTree.register_namespace("", SVG)


@dataclass(frozen=True, slots=True)
class Palette:
    background: str
    main: str
    dark: str
    light: str


# The first one is the private label's; brands share the others.
PALETTES = (
    Palette("#e9f2e6", "#2f6f4e", "#1f4d36", "#a9cfae"),
    Palette("#fdeee8", "#d9573f", "#a83a2a", "#f6b9a6"),
    Palette("#e8f1f8", "#2f78b7", "#1f5484", "#a6cdea"),
    Palette("#fdf5dc", "#e0a526", "#a87612", "#f7dd95"),
    Palette("#f2ecf7", "#7d56a5", "#573878", "#cfb8e3"),
    Palette("#e5f4f3", "#24908b", "#166561", "#9dd8d3"),
    Palette("#fbebf1", "#cc4f7e", "#97325a", "#f2b4cb"),
    Palette("#f5eee6", "#8f6240", "#66432a", "#d8bb9d"),
)
VARIETIES = 4
"""Varieties of one product differ in the second colour and in the background."""

PLACEHOLDERS = {"#000001": "main", "#000002": "dark", "#000003": "light"}


@cache
def symbols(sheet: str) -> dict[str, ElementTree.Element]:
    """Name -> drawing, of one of the two sheets: "packs" or "emblems"."""
    root = ElementTree.parse(DRAWINGS / f"{sheet}.svg").getroot()
    return {symbol.attrib["id"]: symbol for symbol in root}


def inner_svg(symbol: ElementTree.Element) -> str:
    return "".join(ElementTree.tostring(part, encoding="unicode") for part in symbol).replace(
        f' xmlns="{SVG}"', ""
    )


def colours_of(number: int) -> Palette:
    """Palettes are numbered brand by brand, the first variety of each brand first."""
    variety, brand = divmod(number, len(PALETTES))
    own, other = PALETTES[brand], PALETTES[(brand + 3 * variety) % len(PALETTES)]
    return Palette(other.background, own.main, own.dark, other.light)


@lru_cache(maxsize=2048)
def draw(name: str, palette: int) -> str | None:
    """The SVG of a picture such as "can-tomato", or none when there is no such drawing."""
    pack_name, _, emblem_name = name.partition("-")
    pack = symbols("packs").get(pack_name)
    emblem = symbols("emblems").get(emblem_name)
    if pack is None or emblem is None or palette >= len(PALETTES) * VARIETIES:
        return None
    colours = colours_of(palette)
    package = inner_svg(pack)
    for placeholder, shade in PLACEHOLDERS.items():
        package = package.replace(placeholder, getattr(colours, shade))
    left, top, side = pack.attrib["data-slot"].split()
    return (
        f'<svg xmlns="{SVG}" viewBox="0 0 240 240" width="240" height="240">'
        f'<rect width="240" height="240" fill="{colours.background}"/>'
        '<ellipse cx="120" cy="206" rx="76" ry="9" fill="#000" opacity=".08"/>'
        f"{package}"
        f'<svg x="{left}" y="{top}" width="{side}" height="{side}" viewBox="0 0 100 100">'
        f"{inner_svg(emblem)}</svg></svg>"
    )
