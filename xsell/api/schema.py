"""The description of the API. Renew the committed one after a change:

python manage.py spectacular --urlconf xsell.api.urls \
    --custom-settings xsell.api.schema.SETTINGS --file docs/openapi.yaml
"""

from typing import Any

SETTINGS: dict[str, Any] = {
    "TITLE": "xsell",
    "DESCRIPTION": "Cross-selling and up-selling suggestions of a shop, taken by signed tokens.",
    "VERSION": "1",
    "SERVERS": [{"url": "/xsell/api"}],
    # Of xsell's addresses alone: what the host does to its own schema is left out.
    "SCHEMA_PATH_PREFIX": "",
    "SCHEMA_PATH_PREFIX_INSERT": "",
    "SCHEMA_PATH_PREFIX_TRIM": False,
    "PREPROCESSING_HOOKS": [],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums"],
    "ENUM_NAME_OVERRIDES": {
        "SuggestionSource": "xsell.api.serializers.SOURCES",
        "BecauseKind": "xsell.api.serializers.BECAUSE_KINDS",
        "OfferKind": "xsell.api.serializers.OFFER_KINDS",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "APPEND_COMPONENTS": {},
    "APPEND_PATHS": {},
    "TAGS": [],
}
"""For drf-spectacular, in the place of the host's SPECTACULAR_SETTINGS of the same names."""
