"""Get Information about Schools (GIAS), the open register of England (Open Government Licence v3).

``table``     any CSV extract: encoding, header, rows one by one; a bad row stops only that row
``cells``     single cells: cleaned, dates, numbers, codes
``register``  ``edubasealldata*.csv`` -> schools
``links``     ``links_edubasealldata*.csv`` -> who came after whom

Columns are read by name, since they change from year to year; nothing is kept of any person.
"""

from __future__ import annotations

from adapters.formats.gias.links import read_links
from adapters.formats.gias.register import read_register
from adapters.formats.gias.table import Extract

__all__ = ["Extract", "read_links", "read_register"]
