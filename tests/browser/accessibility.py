"""axe against the page that is shown: what it breaks of WCAG 2.2 AA and of good practice.

The script is the one that axe_playwright_python carries. Its own ``run`` hands over all that was
found right as well, and fetches every style sheet again for a rule that none of these tags asks
for: more than half of the time that a look at a page takes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""The rules that every page is held to. None of them reads style sheets; one reads media."""
_OPTIONS = {
    "runOnly": TAGS,
    "resultTypes": ["violations"],
    "preload": {"assets": ["media"], "timeout": 10_000},
}
_RUN = f"""async () => {{ if (!window.axe) {{ {AXE_SCRIPT} }}
  const found = await window.axe.run({json.dumps(_OPTIONS)});
  return {{ ran: found.toolOptions.runOnly.values, violations: found.violations.map(one => ({{
    rule: one.id, help: one.help, where: one.nodes.slice(0, 3).map(node => String(node.target)),
  }})) }};
}}"""


@dataclass(frozen=True)
class Violation:
    """One rule that a page breaks, and the first places where it does."""

    rule: str
    help: str
    where: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule}: {self.help}: {'; '.join(self.where)}"


def violations(page: Page) -> list[Violation]:
    """Return what a page breaks.

    :raises playwright.sync_api.Error: the page moved on meanwhile, or axe could not run.
    """
    told = page.evaluate(_RUN)
    assert tuple(told["ran"]) == TAGS, told["ran"]
    return [Violation(one["rule"], one["help"], tuple(one["where"])) for one in told["violations"]]
