"""What is said of a call to a webhook, and of a delivery."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orchestration.models import DeliveryAttempt

# Why a call did not do what it should, by the code that is kept with it.
WORDS: Mapping[str, Promise] = {
    "address-refused": _("The address is not public, and not on the list of those allowed."),
    "address-unusable": _("The address cannot be used."),
    "answer-refuses": _("It answered that it does not take it."),
    "broken-off": _("The answer broke off, or was none of HTTP."),
    "host-unknown": _("The name of the host is not known."),
    "no-connection": _("Nobody answers there."),
    "not-trusted": _("Its certificate is not trusted, or of another name."),
    "redirected": _("It sends callers elsewhere; that is not followed."),
    "too-slow": _("It did not answer within five seconds."),
}


def outcome(attempt: DeliveryAttempt) -> str:
    """Return how one call went: ``200 in 31 ms``, or why there was no answer."""
    time = _now("%(milliseconds)s ms") % {"milliseconds": attempt.milliseconds}
    why = str(WORDS.get(attempt.code, attempt.code))
    parts = [str(attempt.status or ""), why, f"({time})"]
    return " ".join(part for part in parts if part)
