"""The world of the matrix, planted once a file and taken back after it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from portal.web import presence
from tests.integration.matrix.asking import askers
from tests.integration.matrix.beside import plant_beside
from tests.integration.matrix.choosing import chosen
from tests.integration.matrix.copies import Copies
from tests.integration.matrix.judging import Judge
from tests.integration.matrix.places import Ground, plant_access, plant_places
from tests.integration.matrix.rows import Row
from tests.integration.matrix.running import Catalog
from tests.integration.matrix.things import Asker, World


@dataclass
class Matrix:
    """The world, those who ask, and who compares."""

    ground: Ground
    askers: list[Asker]
    judge: Judge

    def verdicts(self, row: Row) -> list[str]:
        """What is wrong when everybody who may matter asks for one row."""
        before = len(self.judge.wrong)
        for asker in chosen(row, self.askers):
            self.judge.judge(row, asker)
        return self.judge.wrong[before:]


def planted() -> Ground:
    """Everything there is to ask about."""
    ground = plant_places(World())
    plant_access(ground)
    catalog = Catalog(ground)
    catalog.plant()
    Copies(catalog).plant()
    plant_beside(catalog)
    return ground


@pytest.fixture(scope="module")
def matrix(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Matrix]:
    """One world for all tests of a file; each of them takes back what it did.

    The clock of the idle lock stands still: on a slow machine a file takes longer than somebody may
    be away, and every now and then it would be noted that they are still there.
    """
    began = presence.now()
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        patch.setattr(presence, "now", lambda: began)
        ground = planted()
        everybody = askers(ground)
        yield Matrix(ground, everybody, Judge(ground.world))
        transaction.set_rollback(True)
