"""A second try of what failed, in whole files: their tests hand state on to one another.

    pytest -p tests.browser.again ...             # notes in which files a test failed
    pytest -p tests.browser.again --again ...     # runs every test of those files

pytest's own ``--last-failed`` leaves out of a file what passed: of a journey in eight tests, each
of which begins where the one before it ended, what is left could never pass. And after a run that
broke off before its end it would try what an older run noted, and call that a success.
"""

from __future__ import annotations

from pathlib import Path

import pytest

NOTED = "again/files"
NOTHING = "nothing to try again: the run before broke off, or no test of it failed"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--again", action="store_true", help="run again the files with a failed test")


def pytest_configure(config: pytest.Config) -> None:
    assert config.cache is not None, "what failed is noted in pytest's cache"
    noted = config.cache.get(NOTED, [])
    config.cache.set(NOTED, [])  # a run that breaks off leaves nothing to try again
    if config.getoption("--again") and not noted:
        raise pytest.UsageError(NOTHING)
    config.pluginmanager.register(Again(config, noted), "again-notes")


class Again:
    """Notes in which files a test failed; of a second try, keeps the files that were noted."""

    def __init__(self, config: pytest.Config, noted: list[str]) -> None:
        self._config, self._noted = config, noted
        self._failed: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if not self._config.getoption("--again"):
            return
        wanted = {self._config.rootpath / Path(one) for one in self._noted}
        left_out = [one for one in items if one.path not in wanted]
        items[:] = [one for one in items if one.path in wanted]
        self._config.hook.pytest_deselected(items=left_out)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid.partition("::")[0])

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.TESTS_FAILED and self._config.cache is not None:
            self._config.cache.set(NOTED, sorted(self._failed))
