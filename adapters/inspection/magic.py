"""First bytes of the kinds of document whose parsers are large."""

from __future__ import annotations

PDF = b"%PDF-"
ZIP = b"PK\x03\x04"
"""Of DOCX, XLSX, PPTX and ODT."""
