"""What the worker does besides packs: letters, uploads, sweeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine

from adapters.directory_file import InstalledDirectory
from adapters.papers import PaperMaker
from exchange.ports import Cleaner, Inspector, Scanner
from exchange.ports.mail import Mailer
from exchange.ports.render import Renderer
from exchange.services.advice.working import AdviceWorker
from exchange.services.cases.arriving import CaseMaker
from exchange.services.cases.reminding import CaseReminder
from exchange.services.check_arrival import ArrivalChecker
from exchange.services.imports.begin import remove_over as remove_imports
from exchange.services.inside import Inside
from exchange.services.letters import LetterSender
from exchange.services.links.answers import take as take_answers
from exchange.services.links.family_pages import FamilyPages
from exchange.services.links.pick_up import Means
from exchange.services.mark_used import UseTeller
from exchange.services.panel.making import PanelPackMaker
from exchange.services.reviews.reminding import ReviewReminder
from exchange.services.tidy import remove_what_is_over
from exchange.services.tray.advance import TrayChecker
from exchange.settings import Settings
from exchange.store.blobs import LocalBlobs
from exchange.store.orphans import remove_orphans
from exchange.worker import Chore, Errand

_SWEEP = timedelta(hours=6)
_TIDY = timedelta(minutes=30)
_FAMILY = timedelta(minutes=1)
_CASES = timedelta(seconds=5)
_ADVICE = timedelta(seconds=5)
_ANSWERS = timedelta(seconds=2)
"""Somebody waits at the door for a code."""


def chores_of(
    inside: Inside,
    mailer: Mailer | None,
    inspector: Inspector,
    scanner: Scanner | None,
    cleaner: Cleaner,
    renderer: Renderer,
) -> Sequence[Chore]:
    """Return the steps of rows that services own. Without a mail server letters wait."""
    tray = TrayChecker(inside, inspector, scanner, cleaner)
    packs = PanelPackMaker(inside, PaperMaker(), renderer)
    arrivals, use = ArrivalChecker(inside, scanner, inspector), UseTeller(inside)
    chores = [
        Chore("tray", tray.due, tray.advance),
        Chore("arrivals", arrivals.due, arrivals.advance),
        Chore("use", use.due, use.advance),
        Chore("panel-packs", packs.due, packs.advance),
    ]
    if mailer is not None:
        letters = LetterSender(inside, mailer)
        chores.append(Chore("letters", letters.due, letters.advance, of_node=True))
    return chores


def errands_of(
    inside: Inside,
    settings: Settings,
    directory: InstalledDirectory,
    engine: Engine,
    blobs: LocalBlobs,
) -> Sequence[Errand]:
    """Return what is done now and then."""

    def sweep() -> int:
        """Remove what a kill left between a blob and its row, once nobody can be writing it."""
        return remove_orphans(engine, blobs, inside.clock.now() - timedelta(days=1))

    errands = [
        Errand("sweep", _SWEEP, sweep),
        Errand("tidy", _TIDY, partial(remove_what_is_over, inside)),
        Errand("imports", _TIDY, partial(remove_imports, inside)),
        Errand("answers", _ANSWERS, partial(take_answers, inside)),
        Errand("advice", _ADVICE, AdviceWorker(inside, Means(settings.share_url)).round),
        Errand("family-pages", _FAMILY, FamilyPages(inside).refresh),
        Errand("cases", _CASES, CaseMaker(inside).run),
        Errand("case-digest", _TIDY, CaseReminder(inside, settings.pages_url).run),
        Errand("review-digest", _TIDY, ReviewReminder(inside, settings.pages_url).run),
    ]
    if settings.directory_url:
        errands.append(Errand("directory", _SWEEP, _fetching(settings, directory)))
    return errands


def _fetching(settings: Settings, directory: InstalledDirectory) -> Callable[[], object]:
    # Imported where it is needed: it is slow to load, and most commands fetch nothing.
    from adapters.directory_fetch import DirectoryFetch

    return DirectoryFetch(settings.directory_url, directory).refresh
