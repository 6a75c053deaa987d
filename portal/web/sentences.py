"""One sentence for every code that says no, in the reader's language.

The same sentence explains a disabled button, a refused page and an error of the REST interface. A
guard (tests/guards/test_sentences.py) finds codes that have none.
"""

from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rbac.access import Verdict
from rbac.permissions import LABELS, Perm
from rbac.roles import roles_with

UNKNOWN = _("This is not possible (%(code)s).")

_STILL_USED = _(
    "%(solution)s on %(line)s is still used by: %(users)s. Uninstall those first, or have them "
    "use another one."
)
_STILL_USED_UNSEEN = _(
    "%(solution)s on %(line)s is still used by lines that you may not see. Ask somebody who looks "
    "after the whole place."
)

_WITHDRAWN = _("Version %(version)s is withdrawn (%(reason)s).")
_WITHDRAWN_FOR = _("Version %(version)s is withdrawn (%(reason)s). Use %(replacement)s instead.")

REFUSALS = {
    "signed-out": _("Sign in first."),
    "inactive": _("This account has been closed."),
    "right-missing": _(
        "You do not have the right “%(right)s” at %(place)s. Roles with it: %(roles)s. "
        "Somebody with the role Admin there can give you one."
    ),
    "role-unknown": _("There is no role called %(role)s."),
    "role-outlasts-you": _(
        "You have rights of the role %(role)s here for a time only. Let it end no later than they "
        "do."
    ),
    "role-beyond-you": _(
        "Nobody makes a role with rights they lack. You do not have, together at one place: "
        "%(rights)s."
    ),
    "role-held-elsewhere": _(
        "The role %(role)s is also held at places where you do not manage access, or lack a right "
        "that it would carry. Ask an administrator of the whole installation."
    ),
    "superuser-only": _("Only an administrator of the whole installation may do this."),
    "token-limited": _(
        "This token is limited. Accounts and tokens are a matter for somebody who is signed in."
    ),
    "operation-beyond-token": _(
        "This token is limited, and this operation is about more than the token is good for."
    ),
    "other-context": _("%(place)s and %(solution)s belong to different contexts."),
    "value-kept": _(
        "%(key)s is kept for somebody else since version %(version)s. You do not have the right "
        "“%(right)s” at %(place)s. Roles with it: %(roles)s. Somebody with the role Admin there "
        "can give you one."
    ),
    "value-disabled": _("%(key)s is kept by somebody else and cannot be changed here."),
    # what may be done to a line
    "already-changing": _(
        "It has begun to change %(line)s. Wait until it is over; then roll back."
    ),
    "already-over": _("It is over already."),
    "did-not-fail": _("It did not fail."),
    "line-busy": _("Something is being done to %(line)s right now. Wait until it is over."),
    "mended-since": _("A newer attempt followed this one."),
    "newest-runs": _("%(line)s runs the newest published revision."),
    "nothing-earlier": _("There is no earlier revision of %(solution)s for %(line)s."),
    "validation-failed": _("Revision %(revision)s has failed its external validation."),
    "validation-pending": _("Revision %(revision)s waits for its external validation."),
    "version-replaced": _WITHDRAWN_FOR,
    "version-withdrawn": _WITHDRAWN,
    "nothing-installed": _("%(solution)s is not installed on %(line)s."),
    "nothing-published": _("Nothing is published for %(line)s."),
    "still-used": _STILL_USED,
    "still-used-unseen": _STILL_USED_UNSEEN,
    "revision-kept": _("Revision %(revision)s runs on %(line)s or is on its way there."),
}

SENTENCES = {
    # places
    "name-empty": _("Give it a name."),
    "name-missing": _("Give it a name: the file does not say one."),
    "name-taken": _("There is already one called %(name)s here."),
    "level-too-deep": _("Nothing can be placed below the level %(level)s."),
    "level-wrong": _("There is no such level at this place."),
    "levels-empty": _("Name at least one level."),
    "levels-in-use": _("There are still places at a level that would go: %(places)s."),
    "levels-repeated": _("Two levels have the same name."),
    "not-a-place": _("%(node)s is neither a place nor a line."),
    "parent-not-a-place": _("%(parent)s is not a place that can hold others."),
    "still-installed": _("Something is still installed on %(line)s. Uninstall it first."),
    "place-has-agents": _("%(place)s still has agents. Revoke or move them first."),
    "place-not-empty": _("%(place)s still holds others. Remove or move them first."),
    "scope-in-use": _("Something is installed in the scope %(scope)s; it cannot be changed now."),
    "scope-reserved": _("The scope %(scope)s belongs to the system. Choose another."),
    "language-unknown": _("There is no language called %(name)s here."),
    "time-zone-unknown": _("There is no time zone called %(name)s."),
    "capability-in-use": _("The capability %(name)s is still asked for or offered."),
    "capability-unknown": _("The context has no such capability: %(names)s."),
    # agents
    "agent-not-approved": _("The agent %(agent)s is not approved, so it cannot serve a line."),
    "agent-elsewhere": _("The agent %(agent)s belongs to another place."),
    "agent-pending": _("The agent waits for approval."),
    "agent-revoked": _("The agent has been revoked."),
    "challenge-invalid": _("The challenge is unknown, used or too old. Ask for a new one."),
    "content-unknown": _("None of the agent's revisions has this content."),
    "key-malformed": _("The key is not a key of the kind the protocol asks for."),
    "session-expired": _("The session has ended. Start a new one."),
    "signature-invalid": _("The signature does not fit the call and the agent's key."),
    "target-elsewhere": _("These lines do not belong to the place: %(targets)s."),
    "token-invalid": _("The enrolment token is unknown, used up or too old."),
    # people
    "sign-on-closed": _("This account has been closed. Ask your administrator."),
    "sign-on-name-taken": _(
        "The user name %(name)s belongs to another account here. Ask your administrator."
    ),
    "sign-on-nameless": _(
        "Your provider does not say what you are called. Ask your administrator."
    ),
    "sign-on-no-group": _(
        "You are known, but belong to no group that may use Sitewright. Ask your administrator "
        "for one."
    ),
    "reset-link-invalid": _("This link was used, or it is too old. Ask IT for a new one."),
    "token-too-long": _("A token is good for %(most)s days at most."),
    "too-many-tokens": _("You have %(most)s tokens already. Revoke one first."),
    "password-weak": _("Choose a stronger password."),
    "role-empty": _("Choose at least one right."),
    "role-in-use": _("The role %(role)s is still held by: %(holders)s. Take it from them first."),
    "role-in-use-unseen": _("The role %(role)s is still held at places that you may not see."),
    "role-shipped": _("The role %(role)s belongs to the product and stays as it is."),
    "group-has-roles": _("The group %(group)s still holds roles. Take them first."),
    # setting up
    "lines-out-of-range": _("Choose between 1 and %(most)s lines."),
    "pattern-without-number": _("Put {n} into “%(pattern)s”, so that each line has its own name."),
    # catalog
    "document-unreadable": _("%(name)s cannot be read."),
    "nothing-to-apply": _("There is nothing in these files."),
    "too-much": _("This is too much at once: at most %(most)s."),
    "kind-missing": _("It says no kind, and no document of the folder refers to it by “file”."),
    "kind-unknown": _("There is no kind %(kind)s. There are: %(kinds)s."),
    "field-missing": _("It does not say: %(field)s."),
    "field-unknown": _("There is no field %(field)s here. There is: %(known)s."),
    "field-wrong": _("%(field)s must be %(wanted)s."),
    "file-unknown": _("There is no file %(file)s in the folder."),
    "path-wrong": _("%(path)s is no way to a place: write Context/Place/Name."),
    # rows of a sheet
    "cell-computed": _("The cell holds a formula. Put its result there instead."),
    "cell-date": _("The cell holds a date or time. Format it as text, and write it again."),
    "cell-failed": _("The cell holds an error of the spreadsheet: %(text)s."),
    "cell-too-long": _("A cell holds at most %(most)s characters. Choose CSV or YAML."),
    "cells-merged": _("Cells are merged (%(cells)s). Split them, so that each row is complete."),
    "column-repeated": _("The column %(column)s is there twice."),
    "column-unknown": _("There is no column %(column)s here. There is: %(known)s."),
    "columns-missing": _("These columns are missing from the first row: %(columns)s."),
    "file-empty": _("The file is empty."),
    "file-too-large": _("The file is too large: at most %(most)s MiB."),
    "file-type": _("Choose a file that ends in one of: %(types)s."),
    "file-unreadable": _("The file cannot be read as %(type)s: %(why)s."),
    "level-kept": _("%(place)s stands at the level %(level)s, and a line keeps its level."),
    "plan-changed": _(
        "Something changed since you looked: this is not what was shown any more. Nothing was "
        "done. Look again."
    ),
    "row-repeated": _("Row %(row)s is about the same already."),
    "row-too-long": _("The row has more cells than the first one has names."),
    "rows-missing": _("There are no rows below the first one."),
    "sheet-too-old": _("You looked at this too long ago. Choose the file again."),
    "place-unknown": _("There is no place %(place)s that you may see."),
    "context-unknown": _("There is no context %(name)s that you may see."),
    "person-unknown": _("There is no user %(name)s that you may see."),
    "group-unknown": _("There is no group %(name)s that you may see."),
    "nothing-to-import": _("Name at least one file to import."),
    "place-missing": _("Say at which place the values are to be set."),
    "no-components": _("A config template has no components and needs no capabilities."),
    "not-linked": _("%(template)s is not linked to %(place)s any more."),
    "schema-refused": _("The schema %(name)s has errors."),
    "schema-unknown": _("There is no schema %(schema)s. Import it first."),
    "solution-unknown": _("There is no solution %(solution)s. Import it first."),
    "template-refused": _("The template %(name)s has errors."),
    "version-linked": _("%(version)s is linked to places. Unlink it there first."),
    "version-published": _("Something was published of %(version)s, so it stays. Withdraw it."),
    "version-used": _("%(version)s is used by others. Change those first."),
    "version-exists": _("%(version)s exists already, and versions never change. Use a new one."),
    "version-missing": _("Say which version of %(name)s it is: the file does not."),
    "version-replaced": _WITHDRAWN_FOR,
    "version-withdrawn": _WITHDRAWN,
    "not-withdrawn": _("%(version)s is not withdrawn."),
    "reason-missing": _("Say why."),
    "replacement-unfit": _(
        "%(replacement)s cannot replace it. Choose another version of the same solution that is "
        "not withdrawn."
    ),
    "version-malformed": _("%(version)s is not a version such as 1.2.0."),
    # values and revisions
    "values-changed": _("Somebody else changed these values meanwhile. Look at both."),
    "values-refused": _("Some values break the rules of the schema."),
    "secret-reference-refused": _("Type the value of %(key)s instead of a reference to a secret."),
    "secret-name-malformed": _(
        "“%(name)s” is no name for a secret: letters, digits, _, - and ., a letter first."
    ),
    "secret-empty": _("Give the secret %(name)s a value."),
    "secret-too-long": _("The secret %(name)s is longer than %(most)s characters."),
    "secret-used": _("The secret %(name)s is still used: %(copies)s."),
    "secrets-unreadable": _(
        "Secrets cannot be read: a key of this installation is missing (%(keys)s)."
    ),
    "published-meanwhile": _("Somebody else is publishing %(solution)s. Look again."),
    "reviewed-meanwhile": _("This is not what was reviewed any more: %(lines)s. Look again."),
    "revision-in-use": _("Revision %(revision)s is or was deployed and must be kept."),
    "other-context": _("%(place)s and %(solution)s belong to different contexts."),
    # external validation
    "errors-unusable": _(
        "An answer that is not valid says why, with at most %(most)s errors; one that is valid has "
        "none."
    ),
    "hours-out-of-range": _("Choose between 1 and %(most)s hours."),
    "validation-over": _("This validation is over; it is: %(state)s."),
    # webhooks
    "address-malformed": _(
        "Give an address that begins with https:// or http://, without password and without #."
    ),
    "address-refused": _(
        "%(host)s is not a public address. SITEWRIGHT_WEBHOOK_ALLOWED names those that may be "
        "called all the same."
    ),
    "kinds-unusable": _(
        "Name kinds of events such as deployment.failed, deployment.* or *; not: %(kinds)s."
    ),
    # deployments
    "contexts-mixed": _("These lines belong to different contexts. Deploy to one at a time."),
    "dependency-circle": _(
        "These would need each other in a circle: %(given)s. Choose another copy, or let one of "
        "them do without the next."
    ),
    "deployment-active": _("Something is being done to %(line)s already; wait until it is over."),
    "instance-name-taken": _("Another solution is called %(name)s on %(line)s. Choose a name."),
    "instance-twice": _("The same line is named twice."),
    "moved-meanwhile": _("It has moved on meanwhile and is now: %(state)s."),
    "not-deployable": _("Revision %(revision)s cannot be deployed."),
    "not-failed": _("The last deployment to %(line)s did not fail."),
    "not-from-here": _("This is not possible now; it is: %(state)s."),
    "not-installed": _("It is not installed on %(line)s."),
    "nothing-chosen": _("Choose at least one line."),
    # calls that are repeated
    "idempotency-done": _("This was done already. Its answer cannot be given again."),
    "idempotency-key-busy": _("The first call with this key is still going on."),
    "idempotency-key-reused": _("This key belongs to another call. Use a new one."),
    # operations: many lines in one call
    "capabilities-missing": _("%(line)s lacks: %(missing)s."),
    "configuration-incomplete": _("The configuration of %(line)s is incomplete or not valid."),
    "line-ambiguous": _("Several lines are called so. Name the places above, or give the id."),
    "not-found": _("There is no such line that you may see."),
    "not-reviewed": _("%(line)s was not reviewed, or the review found something wrong."),
    "nothing-failed": _("Nothing failed."),
    "nothing-published": _("Nothing is published for %(line)s."),
    "operation-active": _("It is still going on. Wait until it is over."),
    "operation-over": _("It is over already."),
    "person-gone": _("Whoever asked for it has no account any more."),
    "too-many-lines": _("At most %(most)s lines at once."),
    "unexpected": _("Something went wrong on our side. The log has it."),
    "still-used": _STILL_USED,
    "still-used-unseen": _STILL_USED_UNSEEN,
    "too-late-to-cancel": _("It is too late to cancel; it is: %(state)s."),
}


def refusal(verdict: Verdict) -> str:
    """Return the reason of a verdict that says no; empty for a yes."""
    if verdict:
        return ""
    params = dict(verdict.params)
    if "perm" in params:
        perm = Perm(str(params["perm"]))
        params["right"] = gettext(LABELS[perm])
        params["roles"] = [gettext(role.label) for role in roles_with(perm)]
    rights = params.get("rights")
    if isinstance(rights, list | tuple):
        params["rights"] = [gettext(LABELS[Perm(str(one))]) for one in rights]
    return _filled(REFUSALS, verdict.code, params)


def sentence(code: str, params: Mapping[str, object]) -> str:
    """Return why a service did not do what it was asked."""
    return _filled(SENTENCES, code, params)


def said_of(code: str, params: Mapping[str, object]) -> str:
    """Return why a line failed: its code is of a service's error or of a right that is missing."""
    if code in SENTENCES:
        return sentence(code, params)
    return refusal(Verdict(ok=False, code=code, params=params))


class _Readable(dict[str, object]):
    """Parameters of a sentence; one that was not given leaves a gap and no error."""

    def __missing__(self, key: str) -> str:
        return "…"


def _filled(sentences: Mapping[str, object], code: str, params: Mapping[str, object]) -> str:
    readable = _Readable(code=code)
    for name, value in params.items():
        if isinstance(value, list | tuple | set):
            readable[name] = ", ".join(str(one) for one in value)
        else:
            readable[name] = value
    return str(sentences.get(code, UNKNOWN)) % readable
