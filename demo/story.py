"""The story: thirty leavers' packs reach two secondary schools, are opened, and are accepted."""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from demo.material import Document, Material, PupilMaterial
from demo.material.places import PRIMARY, SALTMERE, SECONDARIES, Place
from demo.material.records import records_for
from demo.processes import Processes
from demo.tables import Progress, size, table
from demo.town import Town, senx, senx_json
from schemas.base import dump_bytes

_WAIT_SECONDS = 90.0
_DONE = frozenset({"accepted", "imported"})


class Story:
    """What happens, step by step; each step prints what it does."""

    def __init__(self, town: Town, nodes: Processes) -> None:
        self._town = town
        self._nodes = nodes
        self._home = town.of(PRIMARY).home
        self._references: dict[str, str] = {}
        self._attached: list[tuple[str, PupilMaterial, Document]] = []

    def take_in(self, material: Material) -> None:
        """Import the CTF, keep records and documents, confirm destinations, record decisions."""
        kept = senx_json("import", "ctf", material.ctf, "--home", self._home)
        print(f"Read {material.ctf.name}: {len(kept)} leavers", flush=True)
        self._references = self._match(material)
        self._records(material)
        self._attach(material)
        for school in SECONDARIES:
            pupils: list[str] = [
                self._references[row["folder"]] for row in self._rows(material, school)
            ]
            confirmed = ("--to", str(school.laestab), "--confirm", school.name)
            told = senx("destination", *pupils, "--home", self._home, *confirmed)
            print(told.strip(), flush=True)

        self._decide()

    def _decide(self) -> None:
        """Record who agreed, and the decisions that the table of documents asks of a person.

        A clinician's report goes to people whom the clinician names; the report of a review goes
        to those who were invited. The rest needs nobody.
        """
        home = self._home
        agreed = ("--family", "agrees", "--pupil", "agrees")
        told = senx("wish", *self._references.values(), "--home", home, *agreed)
        print(f"Families and pupils who agreed: {told.split()[0]}", flush=True)
        decided = 0
        for (by, reason, person), documents in self._questions().items():
            named = ("--person", person) if person else ()
            how = ("--release", "--by", by, "--reason", reason, *named)
            decided += len(senx_json("decide", *documents, "--home", home, *how))
        print(f"Decisions that a named person had to take: {decided}", flush=True)

    def _questions(self) -> dict[tuple[str, str, str], list[str]]:
        """Return the documents that want a decision: by whom, why, and who may read them."""
        found: dict[tuple[str, str, str], list[str]] = {}
        for reference, one, document in self._attached:
            if document.type in ("camhs-report", "paediatric-report"):
                key = (document.author, "named-recipient", one.pupil.destination.senco)
            elif document.type == "annual-review":
                key = (PRIMARY.senco, "invited-to-review", "")
            else:
                continue
            found.setdefault(key, []).append(reference)
        return found

    def _match(self, material: Material) -> dict[str, str]:
        """Return the node's reference of each pupil, by the folder of the material."""
        found = senx_json("pupils", "--home", self._home)
        by_upn = {one["upn"]: one["pupil"] for one in found if one["upn"]}
        by_name = {(one["surname"], one["forename"], one["born"]): one["pupil"] for one in found}
        return {
            row["folder"]: by_upn.get(row["upn"])
            or by_name[row["surname"], row["forename"], row["dob"]]
            for row in self._rows(material)
        }

    def _rows(self, material: Material, school: Place | None = None) -> list[dict[str, str]]:
        with material.destinations.open(encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        return [row for row in rows if school is None or row["urn"] == school.urn]

    def _records(self, material: Material) -> None:
        folder = self._town.folder / "material" / "records-by-reference"
        files: list[Path] = []
        for one in material.pupils:
            reference = self._references[_folder(one)]
            place = folder / reference
            place.mkdir(parents=True)
            for name, record in records_for(one.pupil, subject=reference).items():
                (place / name).write_bytes(dump_bytes(record))
                files.append(place / name)
        kept = senx_json("import", "records", *files, "--home", self._home)
        print(f"Kept {len(kept)} SEN records (register, plans, profiles, transition)", flush=True)

    def _attach(self, material: Material) -> None:
        wanted = self._town.folder / "material" / "attach.csv"
        with wanted.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("pupil", "type", "path", "author", "date", "title"))
            for one in material.pupils:
                reference = self._references[_folder(one)]
                for document in one.documents:
                    writer.writerow(
                        (
                            reference,
                            document.type,
                            document.path,
                            document.author,
                            document.authored,
                            document.title,
                        )
                    )
        done = senx_json("attach", "--from", wanted, "--home", self._home)
        papers = [(one, document) for one in material.pupils for document in one.documents]
        self._attached = [
            (row["document"], one, document)
            for row, (one, document) in zip(done, papers, strict=True)
        ]
        print(f"Attached {len(done)} documents, {size(material.document_bytes)}", flush=True)

    def send(self, material: Material) -> None:
        """Seal and queue: two by the shared folder, the rest by HTTPS."""
        by_folder = [
            self._references[row["folder"]]
            for row in self._rows(material)
            if row["way"] == "folder"
        ]
        first = senx_json("send", *by_folder, "--folder", "stick", "--home", self._home)
        rest = senx_json("send", "--all", "--home", self._home)
        queued = sum(row["outcome"] == "queued" for row in (*first, *rest))
        print(f"Sealed and queued {queued} packs, {len(first)} of them by folder", flush=True)

    def watch(self) -> list[dict[str, Any]]:
        """Accept what is verified at the secondaries until every pack is accepted here."""
        end = time.monotonic() + _WAIT_SECONDS
        rows: list[dict[str, Any]] = []
        total = len(self._references)
        with Progress("Arriving, opened, accepted", total) as progress:
            while time.monotonic() < end:
                self._nodes.check()
                accepted = sum(self._accept(school) for school in SECONDARIES)
                if accepted:
                    senx("receipts", "--now", "--home", self._home)
                rows = senx_json("outbox", "--home", self._home)
                progress.at(sum(row["state"] in _DONE for row in rows), total)
                if rows and all(row["state"] in _DONE for row in rows):
                    break
        return rows

    def _accept(self, school: Place) -> int:
        home = self._town.of(school).home
        waiting = [row["pack"] for row in senx_json("inbox", "--state", "verified", "--home", home)]
        if waiting:
            senx("accept", *waiting, "--home", home, "--as", f"SENCO of {school.name}")
        return len(waiting)

    def show(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Print the table of transfers with states and receipts."""
        receipts: dict[str, list[str]] = {}
        for one in senx_json("receipts", "--home", self._home):
            receipts.setdefault(one["transfer"], []).append(one["kind"])
        lines = [
            (
                row["transfer"],
                row["to"],
                row["by"],
                size(row["size"]),
                row["state"],
                ", ".join(receipts.get(row["transfer"], [])),
            )
            for row in rows
        ]
        print()
        print(
            table(
                ("Pack", "To", "By", "Size", "State", "Signed receipts"),
                lines,
                most=44,
                right="Size",
            )
        )
        print("\n" + _counted(row["state"] for row in rows), flush=True)

    def reference(self, one: PupilMaterial) -> str:
        """Return the primary's reference of a pupil."""
        return self._references[_folder(one)]

    def folder_pack(self, rows: Iterable[Mapping[str, Any]]) -> Path | None:
        """Return a pack to the secondary with classic keys that lies in the shared folder."""
        for row in rows:
            if row["by"] == "folder" and row["to"] == SALTMERE.name:
                return self._town.shared / f"{row['transfer']}.zip"
        return None


def _folder(one: PupilMaterial) -> str:
    """Return the name of the pupil's folder in the material."""
    return one.documents[0].path.parent.parent.name


def _counted(states: Iterable[str]) -> str:
    counts = Counter(states)
    return "Transfers: " + ", ".join(f"{count} {state}" for state, count in counts.items())
