"""Pack sizes: what the till wrote, made readable and comparable."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

UNITS = {
    "OZ": "oz", "Z": "oz", "FL OZ": "fl oz", "LB": "lb", "LBS": "lb", "GM": "g", "G": "g",
    "CT": "ct", "PK": "pk", "PC": "pc", "DZ": "doz", "ML": "ml", "L": "L", "LT": "L", "LTR": "L",
    "QT": "qt", "PT": "pt", "GA": "gal", "GAL": "gal", "SQ FT": "sq ft", "FT": "ft", "IN": "in",
    "CM": "cm", "LOAD": "loads", "LOADS": "loads", "LD": "loads", "LDS": "loads", "STEM": "stems",
    "CUP": "cups", "KIT": "kit", "YD": "yd", "RL": "rolls", "ROLL": "rolls",
}  # fmt: skip
# What a shopper compares prices by. Areas and lengths are left out: they may be a roll's or a
# whole pack's, the data does not say.
MEASURES = {
    "oz": ("oz", "1"), "fl oz": ("fl oz", "1"), "lb": ("oz", "16"), "g": ("oz", "0.035274"),
    "ml": ("L", "0.001"), "L": ("L", "1"), "pt": ("fl oz", "16"), "qt": ("fl oz", "32"),
    "gal": ("fl oz", "128"), "ct": ("each", "1"), "pk": ("each", "1"), "doz": ("each", "12"),
    "loads": ("load", "1"),
}  # fmt: skip
BARE = {
    "PT": "1 PT", "QT": "1 QT", "GAL": "1 GAL", "HALF GAL": "1/2 GAL", "L": "1 L", "LB": "1 LB",
    "DZ": "1 DZ", "DOZ": "1 DZ", "1 DOZ": "1 DZ",
}  # fmt: skip
UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
NUMBER = r"\d*\.?\d+"
JUNK = re.compile(r"^(?:[A-Z]{1,2}\s+|\(\d+\)\s*|\d{4,}\s+)(?=[\d.])")
ONE = re.compile(rf"^({NUMBER})\s*-?\s*({UNIT})\b")
FRACTION = re.compile(rf"^(?:(\d+)[\s-])?([1357])/([248])\s*({UNIT})\b")
TIMES = re.compile(rf"^({NUMBER})\s*(?:CT|PK|PC|P)?\s*[/ ]\s*({NUMBER})\s*({UNIT})\b")
TURNED = re.compile(rf"^({NUMBER})\s*({UNIT})\s*/\s*({NUMBER})\s*(?:CT|PK|PC)\b")


@dataclass(frozen=True, slots=True)
class Size:
    """`text` for shoppers; `measure` of `unit` in one pack to compare by, none if unknown."""

    text: str = ""
    measure: Decimal | None = None
    unit: str = ""


@lru_cache(maxsize=16384)
def read_size(raw: str) -> Size:
    """The size that the till's text means; an empty one if it cannot be told.

    >>> read_size("16 OZ").text, read_size("1 DZ").text, read_size("6/12 OZ").text
    ('16 oz', '1 doz', '6 x 12 oz')
    >>> read_size("1/2 GAL"), read_size("ASSTD").text
    (Size(text='1/2 gal', measure=Decimal('64.0'), unit='fl oz'), '')
    """
    text = JUNK.sub("", re.sub(r"\s+", " ", raw.strip().upper()))
    text = BARE.get(text, text)
    if found := FRACTION.match(text):
        whole, over, under, unit = found.groups()
        number = Decimal(whole or 0) + Decimal(over) / Decimal(under)
        shown = f"{whole} {over}/{under}" if whole else f"{over}/{under}"
        return measured(f"{shown} {UNITS[unit]}", number, unit)
    if found := TURNED.match(text):
        each, unit, packs = found.groups()
        return packed(packs, each, unit)
    if found := TIMES.match(text):
        packs, each, unit = found.groups()
        return packed(packs, each, unit)
    if found := ONE.match(text):
        number, unit = found.groups()
        return measured(f"{plain(number)} {UNITS[unit]}", Decimal(number), unit)
    return Size()


def packed(packs: str, each: str, unit: str) -> Size:
    text = f"{plain(packs)} x {plain(each)} {UNITS[unit]}"
    return measured(text, Decimal(packs) * Decimal(each), unit)


def measured(text: str, number: Decimal, unit: str) -> Size:
    compared, factor = MEASURES.get(UNITS[unit], ("", "0"))
    measure = (number * Decimal(factor)).quantize(Decimal("0.001")).normalize() + Decimal("0.0")
    if not compared or measure <= 0 or measure >= 100_000 or number == 0:
        return Size(text if number else "")
    if compared == "each" and measure == 1:
        return Size()
    return Size(text, measure, compared)


def plain(number: str) -> str:
    """ ".50" -> "0.5", "12.0" -> "12"."""
    return f"{Decimal(number).normalize():f}"
