"""`manage.py rotate-secrets`: encrypt all secrets under the first key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orchestration.services import rotation, vault
from orchestration.services.errors import Refused


class Command(BaseCommand):
    """Encrypt all secrets in the database under the first of SITEWRIGHT_SECRET_KEYS."""

    help = "Encrypts all secrets under the first key of SITEWRIGHT_SECRET_KEYS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; count the secrets under each key and fail "
            "while any is under another than the first",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  as Django calls it
        if options["check"]:
            self._check()
            return
        try:
            done = rotation.rotate()
        except Refused as error:
            keys = ", ".join(map(str, error.params["keys"]))  # type: ignore[call-overload]
            raise CommandError(
                f"Nothing was changed: no key with the id {keys} is in SITEWRIGHT_SECRET_KEYS, "
                "and secrets are still under it."
            ) from error
        self.stdout.write(f"{done} secrets encrypted anew.")

    def _check(self) -> None:
        ids = vault.key_ids()
        found = rotation.counts()
        for key in [*ids, *sorted(found.keys() - set(ids))]:
            place = "first" if key in ids[:1] else "older" if key in ids else "MISSING"
            self.stdout.write(f"{key}  {place:8}{found[key]} secrets")
        waiting = sum(count for key, count in found.items() if key not in ids[:1])
        if waiting:
            raise CommandError(f"{waiting} secrets are under other keys than the first.")
