"""INDEX.htm inside a bundle: what is in it, for a person with a browser and nothing else.

One page of its own: no script, no picture, nothing fetched; every value escaped. A content
security policy says the same to the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from zoneinfo import ZoneInfo

from exchange.bundle.contents import Particulars, RecipientKeys, Source
from schemas.statement import FileRole

_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'">
<meta name="referrer" content="no-referrer">
<title>Contents of this transfer pack</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; color: #0b0c0c; background: #fff; \
max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; \
border-bottom: 1px solid #b1b4b6; }}
caption {{ text-align: left; font-weight: bold; font-size: 1.3rem; }}
dt {{ font-weight: bold; }} dd {{ margin: 0 0 .5rem; }}
</style>
</head>
<body>
<main>
<h1>Contents of this transfer pack</h1>
<dl>
{facts}
</dl>
<table>
<caption>{count}</caption>
<thead><tr><th scope="col">What it is</th><th scope="col">Kind</th><th scope="col">Author</th>\
<th scope="col">Written</th><th scope="col">Size</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
<p>This page is for reading only. What the sender signed is <a href="statement.json">\
statement.json</a>; how to check it is in READ-ME.txt, beside the sealed file.</p>
</main>
</body>
</html>
"""

_LONDON = ZoneInfo("Europe/London")


def page(
    particulars: Particulars,
    sender: str,
    recipients: Iterable[RecipientKeys],
    sources: Iterable[Source],
    names: Mapping[str, str],
) -> bytes:
    """Return the page in UTF-8.

    :param sender: org_id.
    :param names: what people call the organisations, by org_id; an id stands where none is known.
    """
    listed = sorted(sources, key=lambda source: source.role is FileRole.RECORD)
    addressed = ", ".join(_name(recipient.org_id, names) for recipient in recipients)
    facts = (
        ("From", _name(sender, names)),
        ("To", addressed),
        ("Sealed on", _day(particulars)),
        ("Purpose", _words(particulars.purpose)),
        ("Lawful basis", _words(particulars.lawful_basis)),
        ("Reference", particulars.id),
    )
    text = _PAGE.format(
        facts="\n".join(
            f"<dt>{escape(what)}</dt><dd>{escape(value)}</dd>" for what, value in facts
        ),
        count="1 file" if len(listed) == 1 else f"{len(listed)} files",
        rows="\n".join(map(_row, listed)),
    )
    return text.encode("utf-8")


def _row(source: Source) -> str:
    title = escape(source.title or source.path.rpartition("/")[2])
    written = source.authored or source.issued
    cells = (
        f'<a href="{escape(source.path)}" rel="noreferrer">{title}</a>',
        escape(_words(source.type.removeprefix("sen.").partition("/")[0])),
        escape(source.author or ""),
        f"{written.day} {written:%B %Y}" if written else "",
        _size(source.size),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _name(org_id: str, names: Mapping[str, str]) -> str:
    return names.get(org_id, org_id)


def _words(code: str) -> str:
    """Return a code as words: ``sen-support-plan`` as ``Sen support plan``."""
    return code.replace("-", " ").capitalize()


def _day(particulars: Particulars) -> str:
    day = particulars.issued.astimezone(_LONDON)
    return f"{day.day} {day:%B %Y}"


def _size(size: int) -> str:
    if size < 1000:
        return f"{size} bytes"
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"
