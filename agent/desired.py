"""Whether to believe a desired document: judged whole, before anything is written."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import Enum

from agent import signing
from agent.entries import Accepted
from agent.wire import WIRE_VERSION, DesiredDocument, SignedDocument, WireError, parse


class Verdict(Enum):
    """What to do with a document that may be believed."""

    NEWER = "newer"
    RENEWED = "renewed"
    KNOWN = "known"


class NotBelievedError(Exception):
    """The document is refused and nothing was touched; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code for tests and logs."""
        super().__init__(message)
        self.code = code


def opened(signed: SignedDocument, agent: int, trusted: Collection[bytes]) -> DesiredDocument:
    """Check key, signature, form and address; raises ``NotBelievedError``."""
    if signed.key not in trusted:
        raise NotBelievedError("unknown-key", "signed by a key this agent does not trust")
    if not signing.verify(signed.key, signed.signature, signed.document):
        raise NotBelievedError("bad-signature", "the signature does not fit the document")
    try:
        document = DesiredDocument.from_json(parse(signed.document))
    except WireError as error:
        raise NotBelievedError("malformed", f"version {WIRE_VERSION}: {error}") from error
    if document.agent != agent:
        raise NotBelievedError("other-agent", f"meant for agent {document.agent}")
    return document


def judge(document: DesiredDocument, held: Accepted | None, now: datetime) -> Verdict:
    """Compare with the document held; raises ``NotBelievedError`` when older or expired.

    The same (epoch, seq) issued again with a later end only prolongs what is held.
    """
    if now > document.not_after:
        raise NotBelievedError("expired", f"was only good until {document.not_after}")
    if held is None:
        return Verdict.NEWER
    order, known = (document.epoch, document.seq), (held.epoch, held.seq)
    if order > known:
        return Verdict.NEWER
    if order < known:
        raise NotBelievedError("older", f"{order} comes after {known}")
    return Verdict.RENEWED if document.not_after > held.not_after else Verdict.KNOWN
