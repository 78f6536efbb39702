"""Readable product names out of a till's abbreviations.

The data calls a product "FRZN BAGGED VEGETABLES - PLAIN". Names that rules cannot mend are listed
in names.csv; the rules below serve the long tail.
"""

import csv
import re
from functools import cache, lru_cache
from pathlib import Path

NAMES = Path(__file__).resolve().parent / "names.csv"
WORDS = {
    "ACC": "Accessories",
    "ACCES": "Accessories",
    "ACCESS": "Accessories",
    "ACCESSIORES": "Accessories",
    "ACCSS": "Accessories",
    "APPL": "Appliances",
    "ASST": "Assorted",
    "BBQ": "BBQ",
    "BEV": "Beverage",
    "BEVERAG": "Beverage",
    "BRKFST": "Breakfast",
    "BRD": "Breaded",
    "BTL": "Bottle",
    "BTLS": "Bottles",
    "CAL": "Calorie",
    "CAN'S": "Cans",
    "CARB": "Carbonated",
    "CD-R": "CD-R",
    "CHIC": "Chicken",
    "CHICK": "Chicken",
    "CHIX": "Chicken",
    "CHOC": "Chocolate",
    "CHOCOCLATE": "Chocolate",
    "CKTLS": "Cocktails",
    "CND": "Canned",
    "CNTRL": "Control",
    "CONC": "Concentrate",
    "CONTAINR": "Containers",
    "COOKI": "Cookies",
    "CRACKE": "Crackers",
    "DECAF": "Decaf",
    "DL": "Deluxe",
    "DNRS": "Dinners",
    "DPS": "Dips",
    "DRNK": "Drink",
    "DRNKS": "Drinks",
    "DRNKNG": "Drinking",
    "DRNKING": "Drinking",
    "DVDS": "DVDs",
    "ELSTC": "Elastic",
    "BNDGES": "Bandages",
    "SUPRT": "Supports",
    "FD": "Food",
    "FDS": "Food",
    "FEM": "Feminine",
    "FLAV": "Flavored",
    "FLVR": "Flavored",
    "FLVRD": "Flavored",
    "FRD": "Fried",
    "FRE": "Fresh",
    "FRZ": "Frozen",
    "FRZN": "Frozen",
    "GAL": "Gallon",
    "GNG": "Ginger",
    "GNGR": "Ginger",
    "GRND": "Ground",
    "HBC": "Care",
    "HYGN": "Hygiene",
    "INSTORE": "In-Store",
    "JCE": "Juice",
    "JUI": "Juice",
    "JUIC": "Juice",
    "LIQ": "Liquid",
    "LIQS": "Liquids",
    "MISC.CND": "Canned",
    "MLK": "Milk",
    "MLT-PK": "Multipack",
    "MNRAL": "Mineral",
    "MNRL": "Mineral",
    "MULT": "Multi",
    "NTRTNL": "Nutritional",
    "OJ": "OJ",
    "OPENSTOCK": "Open Stock",
    "OTH": "Other",
    "PICAN": "Picante",
    "PICKLD": "Pickled",
    "PICKLS": "Pickles",
    "PKGD": "Packaged",
    "PK": "Pack",
    "PLSTC": "Plastic",
    "PNCH": "Punch",
    "PPK": "Prepacked",
    "PREP": "Prepared",
    "PREPORTND": "Portioned",
    "PRESLC": "Presliced",
    "PRESLCD": "Presliced",
    "PROTIEN": "Protein",
    "PRPCK": "Prepacked",
    "PRSLC": "Presliced",
    "PWDR": "Powder",
    "PWDRS": "Powders",
    "REFRIG": "Chilled",
    "REFRIGERATED": "Chilled",
    "RTD": "Ready-to-Drink",
    "RTS": "Ready-to-Serve",
    "SAUS": "Sausage",
    "SCE": "Sauce",
    "SEAFD": "Seafood",
    "SFT": "Soft",
    "SGL": "Single",
    "SHLFSH": "Shellfish",
    "SHRED": "Shredded",
    "SLC": "Sliced",
    "SNGL": "Single",
    "SPECILATY": "Specialty",
    "SRV": "Serve",
    "SS": "Single-Serve",
    "STK": "Stick",
    "SUBS": "Substitutes",
    "SUP": "Super",
    "SV": "Serve",
    "SW": "Sweet",
    "GDS": "Goods",
    "SWT": "Sweetened",
    "TOMS": "Tomatoes",
    "TV": "TV",
    "USA": "USA",
    "VAC": "Vacuum",
    "VEG": "Vegetable",
    "VHS": "VHS",
    "W": "With",
    "W/O": "Without",
    "WHL": "Whole",
    "WHLSM": "Wholesome",
    "WHT": "Wheat",
    "WTR": "Water",
    "XMAS": "Christmas",
    "HLDY": "Holiday",
    "SEAS": "Seasonal",
    "NON-CHOCOLA": "Non-Chocolate",
    "NON-CHOCOL": "Non-Chocolate",
    "DIPILATORIES": "Depilatories",
    "BEERALE": "Beer & Ale",
}
SMALL = {"and", "of", "or", "the", "in", "on", "with", "without", "for", "to", "a"}
DROPPED = {"ALL", "BULK", "INCL", "INCLUDING", "EXCL", "EXCE", "EXC", "ETC", "N/A", "MISC", "MISC."}
VAGUE = {
    "SEASONAL",
    "SPECIALTY",
    "FRESH",
    "DECOR",
    "OTHER",
    "CONTINUITY",
    "MISCELLANEOUS",
    "MIXES",
    "KITS",
    "COOKED",
    "EXTERNAL",
    "INTERNAL",
    "DRY",
    "PREMIUM",
    "ECONOMY",
    "VALUE",
    "LEAN",
    "ENTREES",
    "NOVELTIES",
    "PATTIES",
    "THIN",
    "MEATS",
    "RED",
    "WHITE",
    "BASICS",
    "CHUCK",
    "SHOULDER",
    "LOIN",
    "RIBS",
    "ROUND",
    "LEG",
    "FLANK",
    "&",
    "KABOBS",
    "TREATS",
}
KEPT_UPPER = {"BBQ", "OJ", "TV", "DVD", "CD", "AC", "AA", "USA", "MLB", "NFL", "NBA", "IQF", "H&B"}


@cache
def named() -> dict[tuple[str, str], str]:
    """(category, type) -> name; an empty category is any."""
    with NAMES.open(encoding="utf-8", newline="") as rows:
        return {(row["category"], row["type"]): row["name"] for row in csv.DictReader(rows)}


@lru_cache(maxsize=8192)
def type_name(category: str, product_type: str) -> str:
    """What a shopper calls this kind of product.

    >>> type_name("EGGS", "EGGS - JUMBO")
    'Jumbo Eggs'
    >>> type_name("CHEESES", "CHEESE: SPECIALTY SLICED")
    'Specialty Sliced Cheese'
    >>> type_name("PORK", "EXTERNAL")
    'External Pork'
    """
    known = named().get((category, product_type)) or named().get(("", product_type))
    return known or with_its_category(by_rule(product_type), by_rule(category)) or "Grocery Item"


def with_its_category(name: str, category: str) -> str:
    """A name such as "Fresh" says nothing without its category."""
    if not all(word.upper() in VAGUE for word in name.split()):
        return name
    return category if name.upper() in category.upper() else f"{name} {category}"


def by_rule(text: str) -> str:
    """Abbreviations written out, in the order in which people say it."""
    # The till cuts names at 30 characters, brackets included.
    words = re.sub(r"\([^)]*\)?", " ", text.upper()).split()
    if len(text) >= 30 and len(words) > 1 and "(" not in text and len(words[-1]) <= 3:
        words.pop()
    text = re.sub(r"^SEAFOOD-(FRE|FRZ|MISC)-", lambda found: f"{found[1]} ", " ".join(words))
    text = re.sub(r"-MAGAZINE$", " MAGAZINE", text).replace("W/", "WITH ")
    text = re.sub(r"(?<=[A-Z]) S\b", "'S", text)
    # "CHEESE: NATURAL" and "EGGS - LARGE" name the thing first and its kind after.
    head, separator, kind = re.sub(r"\s*:\s*|\s+-\s*|\s*-\s+", "|", text).partition("|")
    text = f"{kind} {head}" if separator and kind.strip() else head
    parts = re.split(r"[\s|]+", text.replace("/", " & ").replace("&", " & ").strip())
    kept = [word for word in parts if word and word not in DROPPED]
    readable = re.sub(r"(?: &)+ ", " & ", " ".join(capitalised(word) for word in kept))
    readable = readable.strip("& ")[:80].strip()
    return readable[:1].upper() + readable[1:]


def capitalised(word: str) -> str:
    if word in KEPT_UPPER:
        return word
    if word in WORDS:
        return WORDS[word]
    if word.lower() in SMALL:
        return word.lower()
    return "-".join(part.capitalize() for part in word.split("-"))
