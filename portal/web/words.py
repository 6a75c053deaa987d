"""The portal's words for states and steps, in the reader's language.

``orchestration.states`` says them in English, as plain data; here they become translatable.
A test holds the two together: a state without a word fails the build.
"""

from typing import Protocol

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_noop as _


class Worded(Protocol):
    """What `orchestration.states` calls a State or a Word."""

    @property
    def label(self) -> str: ...


WORDS: frozenset[str] = frozenset(
    {
        _("Configuration pending"),
        _("Configuration completed"),
        _("Configuration up to date"),
        _("Publish in progress"),
        _("Publish completed"),
        _("Publish failed"),
        _("Staging in progress"),
        _("Staging failed"),
        _("Deployment in progress"),
        _("Deployment completed"),
        _("Deployment failed"),
        _("Uninstallation in progress"),
        _("Uninstallation completed"),
        _("Uninstallation failed"),
        _("Waiting for an answer"),
        _("Valid"),
        _("Not valid"),
        _("Not answered in time"),
        _("Called off"),
        _("Delivered"),
        _("Given up"),
        _("Not told"),
        _("Waiting for approval"),
        _("Approved"),
        _("Revoked"),
        _("Waiting to start"),
        _("Released"),
        _("Waiting for the site"),
        _("Waiting for contact"),
        _("Preparing"),
        _("Prepared"),
        _("Applying"),
        _("Checking"),
        _("Going back"),
        _("Completed"),
        _("Completed, some waiting for contact"),
        _("Finished with failures"),
        _("Already running this revision"),
        _("Failed"),
        _("Failed, previous revision put back"),
        _("Failed, putting back failed too"),
        _("Refused by the site"),
        _("Ran out of time"),
        _("Cancelled"),
        _("Deleted"),
        _("Replaced by a newer deployment"),
        _("Waiting"),
        _("In progress"),
        _("Not needed"),
    }
)

STEPS: dict[str, str] = {
    "resolve": _("What it uses is ready"),
    "dispatch": _("Sent to the site"),
    "received": _("Received at the site"),
    "stage": _("Preparing"),
    "apply": _("Applying"),
    "verify": _("Checking"),
    "remove": _("Removing"),
    "revert": _("Going back to the previous revision"),
}


def word(state: Worded) -> str:
    """Return what a person reads for a state."""
    return gettext(state.label)


def step_name(key: str, component: str = "") -> str:
    """Return what a person reads for a step of a deployment."""
    name = gettext(STEPS[key]) if key in STEPS else key
    if not component:
        return name
    return pgettext("step: component", "%(step)s: %(component)s") % {
        "step": name,
        "component": component,
    }
