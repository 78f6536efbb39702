"""What a page suggests, read off its HTML."""

import re

CARD = re.compile(r'<a class="xsell-link".*?<span class="xsell-title">(.*?)<', re.DOTALL)


def suggested(html: str) -> set[str]:
    """Titles of what the page's cards suggest, as they stand in the HTML."""
    return set(CARD.findall(html))
