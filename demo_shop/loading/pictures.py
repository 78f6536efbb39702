"""Which drawing a product gets: its shelf's, with the emblem of its kind where there is one."""

import re

BY_WORD = {
    "BANANA": "banana", "AVOCADO": "avocado", "PINEAPPLE": "pineapple", "KIWI": "avocado",
    "STRAWBERR": "strawberry", "BERRIES": "strawberry", "LEMON": "lemon", "LIME": "lemon",
    "ORANGE": "orange", "CLEMENTINE": "orange", "TANGERINE": "orange", "GRAPEFRUIT": "orange",
    "GRAPE": "grapes", "RAISIN": "grapes", "APPLE": "apple", "CIDER": "apple", "PEAR": "pear",
    "PEACH": "peach", "NECTARINE": "peach", "PLUM": "peach", "CHERR": "strawberry",
    "MELON": "melon", "CANTALOUPE": "melon", "HONEYDEW": "melon", "TOMATO": "tomato",
    "CATSUP": "tomato", "CARROT": "carrot", "ONION": "onion", "GARLIC": "onion",
    "POTATO": "potato", "LETTUCE": "lettuce", "SPINACH": "lettuce", "SALAD": "salad",
    "CABBAGE": "lettuce", "GREENS": "lettuce", "BROCCOLI": "broccoli", "CAULIFLOWER": "broccoli",
    "CELERY": "herb", "ASPARAGUS": "herb", "PEPPER": "pepper", "MUSHROOM": "mushroom",
    "CORN": "corn", "CUCUMBER": "cucumber", "ZUCCHINI": "cucumber", "SQUASH": "pumpkin",
    "PUMPKIN": "pumpkin", "PICKLE": "cucumber", "OLIVE": "olive", "PEAS": "peas", "BEAN": "peas",
    "HERB": "herb", "PARSLEY": "herb", "MUSTARD": "lemon", "CHEESE": "cheese", "BUTTER": "butter",
    "HONEY": "sugar", "PASTA": "pasta", "SPAGHETTI": "pasta", "MACARONI": "pasta",
    "NOODLE": "pasta", "RAMEN": "pasta", "SHRIMP": "shrimp", "SALMON": "fish", "FISH": "fish",
    "TUNA": "fish", "CHICKEN": "chicken", "CHIX": "chicken", "TURKEY": "chicken",
    "POULTRY": "chicken", "HAMBURGER": "bun", "HAM": "ham", "SAUSAGE": "sausage", "BACON": "bacon",
    "PIZZA": "pizza", "BURRITO": "sandwich", "SANDWICH": "sandwich", "BAGEL": "donut",
    "DONUT": "donut", "MUFFIN": "cake", "CROISSANT": "croissant", "CAKE": "cake", "PIE": "pie",
    "COOKIE": "cookie", "BREAD": "bread", "BUN": "bun", "ROLL": "bun", "CHIPS": "chips",
    "ICE CREAM": "icecream", "YOGURT": "strawberry", "CHOC": "chocolate", "COCOA": "cocoa",
    "GUM": "candy", "MINT": "candy", "PRETZEL": "cracker", "POPCORN": "popcorn", "NUT": "nut",
    "ALMOND": "nut", "PECAN": "nut", "COFFEE": "coffee", "TEA": "tea", "MILK": "milk",
    "ROSE": "rose", "BALLOON": "balloon", "SOIL": "plant",
}  # fmt: skip
# In these the kind is a thing to eat that the drawings know; elsewhere a word misleads ("peanut
# butter cups", "orange cleaner").
FOODS = {
    "TROPICAL FRUIT", "APPLES", "PEARS", "CITRUS", "BERRIES", "STONE FRUIT", "GRAPES", "MELONS",
    "VALUE ADDED FRUIT", "VALUE ADDED VEGETABLES", "SALAD MIX", "VEGETABLES SALAD", "TOMATOES",
    "POTATOES", "ONIONS", "CARROTS", "PEPPERS-ALL", "BROCCOLI/CAULIFLOWER", "MUSHROOMS", "HERBS",
    "VEGETABLES - ALL OTHERS", "SQUASH", "CORN", "ORGANICS FRUIT & VEGETABLES", "DRIED FRUIT",
    "VEGETABLES - SHELF STABLE", "FRUIT - SHELF STABLE", "CANNED JUICES", "SOUP",
    "REFRGRATD JUICES/DRNKS", "CONDIMENTS/SAUCES", "PICKLE/RELISH/PKLD VEG", "DELI MEATS",
    "LUNCHMEAT", "BREAKFAST SWEETS", "SWEET GOODS & SNACKS", "BAKED SWEET GOODS",
    "BAKED BREAD/BUNS/ROLLS", "ROLLS", "SEAFOOD - FROZEN", "SEAFOOD-FRESH", "FROZEN PIZZA",
    "FROZEN MEAT", "MEAT - MISC", "SMOKED MEATS", "HEAT/SERVE", "DINNER MXS:DRY",
    "FRZN VEGETABLE/VEG DSH", "MILK BY-PRODUCTS", "BAG SNACKS", "PREPARED FOOD", "PASTA SAUCE",
    "DRY BN/VEG/POTATO/RICE", "SANDWICHES", "REFRGRATD DOUGH PRODUCTS", "SALADS/DIPS",
    "FRZN NOVELTIES/WTR ICE", "MISC. DAIRY", "HISPANIC", "PNT BTR/JELLY/JAMS",
    "CHICKEN/POULTRY", "FLORAL-FRESH CUT", "FROZEN PIE/DESSERTS", "FROZEN BREAD/DOUGH",
}  # fmt: skip
# Longer words first: a hamburger is no ham, popcorn is no corn.
WORDS = re.compile(rf"\b(?:{'|'.join(sorted(BY_WORD, key=len, reverse=True))})")


def picture_of(shelf_picture: str, category: str, product_type: str) -> str:
    """Name of the drawing: the shelf's pack, with the emblem of the kind in food categories."""
    if category not in FOODS and category:
        return shelf_picture
    found = WORDS.search(product_type)
    if not found:
        return shelf_picture
    pack = shelf_picture.partition("-")[0]
    return f"{pack}-{BY_WORD[found[0]]}"
