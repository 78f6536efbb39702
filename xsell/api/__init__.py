"""JSON over the same selection as the tags: `path("xsell/api/", include("xsell.api.urls"))`."""

from xsell.exceptions import MissingExtra

try:
    import drf_spectacular  # noqa: F401
    import rest_framework  # noqa: F401
except ImportError as error:
    raise MissingExtra(
        f"xsell's API needs its extra: pip install 'xsell[api]' ({error})."
    ) from error
