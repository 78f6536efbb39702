"""A mining run with everything that it can give account of."""

from django.utils import timezone

from tests import factories as make


def a_full_run(**fields):
    fields = {
        "n_lines": 1_469_307,
        "n_baskets": 155_848,
        "n_pairs": 822_133,
        "read_at": timezone.now(),
        "seconds": {"reading": 7.0, "mining": 13.26},
        "memory_mb": {"reading": 410, "mining": 1904},
        "peak_memory_mb": 1904,
        "dropped": {"without product": 4836, "without order": 0},
        "parameters": {"k": 20, "half_life_days": None, "since": None, "retune": False},
        "model": {
            "scoring": "ridge",
            "parameters": {"scoring": "ridge", "lam": 50.0, "keeps_repeats": True},
            "habit": {"retention": 0.97},
            "trials": {"walk": 0.1012, "ridge": 0.1234, "bm25 k1=2": 0.09},
            "chosen_at": "2026-11-20T04:00:00+00:00",
        },
        "evaluation": {
            "n_tests": 1000,
            "n_known": 154_000,
            "results": [
                result("auto", hit_rate=0.2315, hit_rate_again=None, sold_out_share=0.0104),
                result("<b>popularity</b>", ndcg=None),
            ],
        },
        **fields,
    }
    return make.MiningRunFactory(**fields)


def result(contestant, **figures):
    names = ("ndcg", "hit_rate", "hit_rate_again", "hit_rate_new", "coverage", "sold_out_share")
    return {"contestant": contestant, **dict.fromkeys(names, 0.05), "seconds": 1.5, **figures}
