"""A school that asks, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters.texts import DocumentTexts
from tests.exchange.services.advice.consulting import Consulting
from tests.exchange.services.town import Town


@pytest.fixture(scope="session")
def texts() -> Iterator[DocumentTexts]:
    reader = DocumentTexts()
    yield reader
    reader.close()


@pytest.fixture
def consulting(town: Town, texts: DocumentTexts) -> Consulting:
    house = town.primary
    house.inside = replace(house.inside, texts=texts)
    return Consulting(town)
