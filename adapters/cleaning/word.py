"""The text of a DOCX without remarks, and with every tracked change accepted.

What Word itself does on "Accept all changes" and "Delete all comments" (ISO/IEC 29500-1, 17.13),
but for one thing: where the end of a paragraph was deleted, the two paragraphs stay two.
"""

from __future__ import annotations

from adapters import xml
from adapters.cleaning.refusal import not_cleanable

_DELETED = frozenset({"del", "moveFrom"})
_ADDED = frozenset({"ins", "moveTo"})
_MARKS = frozenset(
    {"commentRangeStart", "commentRangeEnd", "numberingChange"}
    | {f"{what}Range{end}" for what in ("moveFrom", "moveTo") for end in ("Start", "End")}
    | {
        f"customXml{what}Range{end}"
        for what in ("Ins", "Del", "MoveFrom", "MoveTo")
        for end in ("Start", "End")
    }
    | {f"{what}PrChange" for what in ("r", "p", "sect", "tbl", "tblPrEx", "tr", "tc")}
    | {"tblPrExChange", "tblGridChange", "cellIns"}
)
_UNDECIDED = frozenset({"cellDel", "cellMerge"})
_RUN_PARTS_WITHOUT_TEXT = frozenset({"rPr"})


def clean_story(root: xml.Element) -> bool:
    """Take remarks and earlier wordings out of one part; return whether there were any.

    :raises FormatError: ``document-not-cleanable``: table cells were deleted or merged, which
        only Word can work out.
    """
    changed = False
    # From the end, so that what is inside is done before what is around it.
    for one in reversed(list(root.iter())):
        name = _local(one)
        if name in _UNDECIDED:
            raise not_cleanable("Accept the tracked changes in Word, save, and attach that.")
        if name in _MARKS:
            _remove(one)
        elif name in _DELETED:
            _delete(one)
        elif name in _ADDED:
            _unwrap(one)
        elif name == "commentReference":
            _remove_reference(one)
        else:
            continue
        changed = True
    return changed


def _delete(one: xml.Element) -> None:
    """Take out deleted text, or a deleted row; a deleted paragraph end only loses its mark."""
    parent = one.getparent()
    if parent is not None and _local(parent) == "trPr":
        row = parent.getparent()
        if row is not None:
            _remove(row)
        return
    _remove(one)


def _unwrap(one: xml.Element) -> None:
    parent = one.getparent()
    if parent is None:
        return
    at = parent.index(one)
    for child in reversed(list(one)):
        parent.insert(at + 1, child)
    _remove(one)


def _remove_reference(one: xml.Element) -> None:
    """Take out the sign of a remark, with its run where there is nothing else in that."""
    run = one.getparent()
    _remove(one)
    if run is not None and all(_local(child) in _RUN_PARTS_WITHOUT_TEXT for child in run):
        _remove(run)


def _remove(one: xml.Element) -> None:
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)


def _local(element: xml.Element) -> str:
    return str(element.tag).rpartition("}")[2]
