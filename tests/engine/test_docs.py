"""What docs/engine.md shows can be run as it stands."""

import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).resolve().parents[2] / "docs" / "engine.md"


def test_the_snippet_runs(capsys):
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    rng = np.random.default_rng(1)
    order = np.repeat(np.arange(600), 3)
    shop = {
        "order": order,
        "product": rng.choice(["camera", "strap", "lens", "bag", "film", "filter"], order.size),
        "times": np.datetime64("2026-01-01", "h") + order,
        "customers": order % 90,
        "pieces": np.ones(order.size, np.int64),
    }
    exec(snippet, shop)
    assert len(shop["relations"]) > 0
    assert "camera" not in shop["ids"][0].compressed().tolist()
    assert "NDCG@10" in capsys.readouterr().out
