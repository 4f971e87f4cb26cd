"""Readable PDFs by typst (exchange.ports.Renderer): tagged, bookmarked, made in memory alone."""

from __future__ import annotations

from adapters.readable.typeset import TypstRenderer

__all__ = ["TypstRenderer"]
