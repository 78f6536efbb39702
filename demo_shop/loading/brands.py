"""Names for brands. The data gives manufacturers a number and no name, so these are made up."""

from collections.abc import Sequence

OWN_BRAND = "Larkfield"
UNBRANDED = 2
"""The manufacturer number that the till uses for loose and fresh goods."""

FIRST_WORDS = (
    "Ash Alder Aspen Birch Bramble Brier Cedar Clover Copper Coral Crane Dove Elder Elm Ember "
    "Falcon Fern Finch Fox Glen Gold Hart Hawk Hazel Heath Heron Holly Ivy Jay Juniper Kestrel "
    "King Laurel Linden Lynx Maple Merle Meadow Moss Oak Osprey Otter Owl Pine Plover Poplar "
    "Quail Quarry Raven Reed River Robin Rowan Rush Silver Sorrel Sparrow Spring Star Summer Swan "
    "Sycamore Tansy Teal Thistle Thorn Tide Timber Violet Wald Whit Willow Winter Wren Yarrow "
    "Yew Autumn Badger Beacon Blue Bright Castle Chestnut Cloud Dawn Deer East North West South "
    "Fair Green Grey High Long New"
)
SECOND_WORDS = (
    "brook field ford dale wood ridge hill well mere ton ley wick stead croft gate bourne crest "
    "moor shaw holt grove vale lake bridge stone bank land worth cliff pond marsh burn den combe "
    "view haven"
)
FIRST, SECOND = FIRST_WORDS.split(), SECOND_WORDS.split()


def brand_names(manufacturers: Sequence[int]) -> dict[int, str]:
    """One distinct name for each manufacturer number, in their order."""
    return {number: nth_name(place) for place, number in enumerate(manufacturers)}


def nth_name(place: int) -> str:
    """The names run through all pairs before they repeat: compounds first, then "Ash & Birch".

    >>> nth_name(0), nth_name(97)
    ('Ashbrook', 'Alderford')
    """
    rounds, first = divmod(place, len(FIRST))
    if rounds < len(SECOND):
        return FIRST[first] + SECOND[(first + rounds) % len(SECOND)]
    partner = (first + 1 + rounds - len(SECOND)) % len(FIRST)
    return f"{FIRST[first]} & {FIRST[partner]}"
