"""The structure tree of one paper: for those who have it read out to them (ISO 32000-1, 14.7).

A paper that is tagged keeps its tree, with every number moved past those of the papers before it
and every id marked with the paper's number, so that trees can be put side by side. Roles of its
own are replaced by the standard ones that they stand for. A paper without tags gets an element per
page: what is drawn there as a paragraph, or as a figure that says that it is a picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

from adapters.papers import content
from adapters.papers.numbers import pairs

MOST_ELEMENTS = 150_000
_DEEPEST = 200
_ROLES = """
Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private
P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody Table TR TH TD THead TBody TFoot Span
Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP Warichu WT WP
Figure Formula Form
"""
STANDARD = frozenset(f"/{name}" for name in _ROLES.split())
"""The roles of ISO 32000-1, 14.8.4."""
# What PDF 2.0 added, as PDF 1.7 says it (ISO 32000-2, 14.8.6).
_NEWER = {
    **{"/Title": "/P", "/Sub": "/Span", "/Em": "/Span", "/Strong": "/Span", "/Aside": "/Note"},
    **{"/FENote": "/Note", "/DocumentFragment": "/Sect", "/Artifact": "/NonStruct", "/H7": "/H6"},
}


class NoTree(Exception):
    """The paper has no structure tree, or none that can be followed."""


@dataclass(slots=True)
class Tree:
    """A paper's tree while it is made ready.

    :param base: the first number that is free.
    :ivar parents: number -> what the parent tree holds under it.
    """

    pdf: pikepdf.Pdf
    base: int
    mark: str
    parents: dict[int, pikepdf.Object] = field(default_factory=dict)
    ids: dict[bytes, pikepdf.Object] = field(default_factory=dict)
    part: pikepdf.Dictionary = field(init=False)

    def __post_init__(self) -> None:
        self.part = self.pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.Part, K=pikepdf.Array())
        )

    @property
    def next(self) -> int:
        """Return the first number that is free after this paper."""
        return max(self.parents, default=self.base - 1) + 1

    def element(self, role: str, page: pikepdf.Page, marked: int) -> pikepdf.Dictionary:
        """Return a new element of the part over one piece of a page."""
        made = self.pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.StructElem,
                S=pikepdf.Name(role),
                P=self.part,
                Pg=page.obj,
                K=marked,
            )
        )
        self.part.K.append(made)
        return made

    def set_down(self, title: str, language: str) -> None:
        """Make this tree the one of its PDF: one part, flat trees of numbers and ids."""
        self.part.T = pikepdf.String(title)
        if language:
            self.part.Lang = pikepdf.String(language)
        flat = [one for key in sorted(self.parents) for one in (key, self.parents[key])]
        names = [one for key in sorted(self.ids) for one in (pikepdf.String(key), self.ids[key])]
        self.pdf.Root.StructTreeRoot = self.pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.StructTreeRoot,
                K=self.part,
                ParentTree=self.pdf.make_indirect(pikepdf.Dictionary(Nums=pikepdf.Array(flat))),
                IDTree=self.pdf.make_indirect(pikepdf.Dictionary(Names=pikepdf.Array(names))),
            )
        )


def keep(tree: Tree, shown: frozenset[tuple[int, int]]) -> None:
    """Take over the tree that a paper has.

    :param shown: the annotations that are still on its pages.
    :raises NoTree: it has none, or one that is broken.
    """
    pdf = tree.pdf
    root = pdf.Root.get("/StructTreeRoot")
    if not isinstance(root, pikepdf.Dictionary) or "/K" not in root:
        raise NoTree
    numbered = dict(pairs(root.get("/ParentTree"), "/Nums"))
    _renumber(tree, {int(key): value for key, value in numbered.items() if isinstance(key, int)})
    walk = _Walk(tree, root, shown)
    kids = list(walk.kids(root, tree.part))
    if not kids:
        raise NoTree
    for kid in kids:
        tree.part.K.append(kid)


def _renumber(tree: Tree, numbered: dict[int, pikepdf.Object]) -> None:
    """Move the numbers of pages, drawings and annotations, each to one of its own."""
    seen: set[int] = set()
    pages = {page.obj.objgen for page in tree.pdf.pages}
    free = tree.base
    moved: dict[int, int] = {}
    for holder in _holders(tree.pdf):
        for key in ("/StructParents", "/StructParent"):
            old = holder.get(key)
            if old is None:
                continue
            if not isinstance(old, int):
                del holder[key]
                continue
            if old not in numbered or (old in seen and holder.objgen in pages):
                del holder[key]  # what reads it out would go astray
                continue
            seen.add(old)
            if old not in moved:
                moved[old], free = free, free + 1
            holder[key] = moved[old]
            tree.parents[moved[old]] = numbered[old]
    if not any("/StructParents" in page.obj for page in tree.pdf.pages):
        raise NoTree


def _holders(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    for page in pdf.pages:
        yield page.obj
        found = page.obj.get("/Annots")
        if isinstance(found, pikepdf.Array):
            yield from (one for one in found if isinstance(one, pikepdf.Dictionary))
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream):
            yield one


class _Walk:
    """Goes through a tree once, and puts right what can be."""

    def __init__(
        self, tree: Tree, root: pikepdf.Dictionary, shown: frozenset[tuple[int, int]]
    ) -> None:
        self._tree = tree
        self._shown = shown
        roles = root.get("/RoleMap")
        self._roles = (
            {key: str(value) for key, value in roles.as_dict().items()}
            if isinstance(roles, pikepdf.Dictionary)
            else {}
        )
        self._seen: set[tuple[int, int]] = set()
        self._count = 0

    def kids(
        self, holder: pikepdf.Dictionary, parent: pikepdf.Dictionary, depth: int = 0
    ) -> Iterator[pikepdf.Object]:
        """Yield what is under an element, elements as they are put right."""
        found = holder.get("/K")
        listed = list(found) if isinstance(found, pikepdf.Array) else [found]
        for one in listed:
            if isinstance(one, int):
                yield one
            elif isinstance(one, pikepdf.Dictionary):
                kind = one.get("/Type")
                if kind == "/MCR":
                    yield one
                elif kind == "/OBJR":
                    if self._is_shown(one.get("/Obj")):
                        yield one
                elif "/S" in one:
                    yield self._element(one, parent, depth)

    def _is_shown(self, thing: object) -> bool:
        if isinstance(thing, pikepdf.Stream):
            return True
        return isinstance(thing, pikepdf.Dictionary) and thing.objgen in self._shown

    def _element(
        self, one: pikepdf.Dictionary, parent: pikepdf.Dictionary, depth: int
    ) -> pikepdf.Dictionary:
        self._count += 1
        again = one.is_indirect and one.objgen in self._seen
        if again or depth > _DEEPEST or self._count > MOST_ELEMENTS:
            raise NoTree
        if not one.is_indirect:
            one = self._tree.pdf.make_indirect(one)
        self._seen.add(one.objgen)
        role = self._role(one)
        if str(one.S) != role:
            one.S = pikepdf.Name(role)
        for key in ("/C", "/NS", "/AF", "/PhoneticAlphabet", "/Ref"):
            if key in one:
                del one[key]
        one.P = parent
        self._marks(one)
        if "/K" in one:
            one.K = pikepdf.Array(list(self.kids(one, one, depth + 1)))
        return one

    def _role(self, one: pikepdf.Dictionary) -> str:
        role = str(one.S)
        space = one.get("/NS")
        if isinstance(space, pikepdf.Dictionary):
            mapped = space.get("/RoleMapNS")
            if isinstance(mapped, pikepdf.Dictionary) and role in mapped:
                to = mapped[role]
                role = str(to[0] if isinstance(to, pikepdf.Array) and len(to) else to)
        for _ in range(8):
            if role in STANDARD:
                return role
            role = self._roles.get(role) or _NEWER.get(role) or "/NonStruct"
        return "/NonStruct"

    def _marks(self, one: pikepdf.Dictionary) -> None:
        """Mark ids, and what refers to them, with the paper's number."""
        if isinstance(own := one.get("/ID"), pikepdf.String):
            marked = self._marked(own)
            one.ID = pikepdf.String(marked)
            self._tree.ids[marked] = one
        given = one.get("/A")
        for each in list(given) if isinstance(given, pikepdf.Array) else [given]:
            heads = each.get("/Headers") if isinstance(each, pikepdf.Dictionary) else None
            if isinstance(heads, pikepdf.Array) and isinstance(each, pikepdf.Dictionary):
                each.Headers = pikepdf.Array(
                    [
                        pikepdf.String(self._marked(head))
                        for head in heads
                        if isinstance(head, pikepdf.String)
                    ]
                )

    def _marked(self, own: pikepdf.String) -> bytes:
        return self._tree.mark.encode("ascii") + bytes(own)


def tag_whole(tree: Tree, page: pikepdf.Page, number: int, of: int) -> None:
    """Put an untagged page into the tree as one piece; one that draws nothing stays out."""
    if not content.draws(page):
        return
    letters = content.has_letters(page.obj)
    role = "/P" if letters else "/Figure"
    content.enclose(tree.pdf, page, f"{role} <</MCID 0>> BDC".encode(), b"EMC")
    made = tree.element(role, page, 0)
    if not letters:
        made.Alt = pikepdf.String(f"Page {number} of {of}: a picture of a page, without text")
    key = tree.next
    page.obj.StructParents = key
    tree.parents[key] = tree.pdf.make_indirect(pikepdf.Array([made]))
