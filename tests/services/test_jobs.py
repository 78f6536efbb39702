import sys

import pytest

from xsell.exceptions import MissingExtra, UnknownJob
from xsell.services import jobs


def test_an_unknown_job_is_named_with_those_that_there_are():
    with pytest.raises(UnknownJob, match=r"no job 'paint'\. Known: .*recompute_relations"):
        jobs.run_job("paint")


@pytest.mark.parametrize("name", sorted(jobs.JOBS))
def test_every_name_in_the_table_leads_to_a_function(name):
    module, _, function = jobs.JOBS[name].rpartition(".")
    __import__(module)
    assert callable(getattr(sys.modules[module], function))


def test_a_missing_library_is_said_with_the_extra_that_brings_it(monkeypatch):
    for module in [it for it in sys.modules if it.startswith(("xsell.services.mining", "numpy"))]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(MissingExtra, match=r"needs numpy.* pip install 'xsell\[mining\]'"):
        jobs.run_job("recompute_relations")


def test_a_job_that_breaks_for_another_reason_is_not_hidden(monkeypatch):
    monkeypatch.setattr(jobs, "JOBS", {"broken": "xsell.services.nowhere.do"})
    with pytest.raises(ImportError, match="nowhere"):
        jobs.run_job("broken")
