"""One PDF made from many papers (exchange.ports.papers.PackMaker), with pikepdf and typst.

Three steps, none of them in the process that asks. ``preparing`` makes of each paper a PDF of a
known kind, in a process of its own that is killed when it is slow or swells: its own pages,
nothing that acts by itself, a structure tree with numbers that no other paper has. ``joining`` puts
those together in a second process and never sees what came from outside. ``setting`` sets in type
what is ours: front, index, pages for what has none.
"""

from __future__ import annotations

from adapters.papers.maker import PaperMaker

__all__ = ["PaperMaker"]
