"""Groups, users and roles as files want them. Files hold no passwords."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.utils.dateparse import parse_datetime

from orchestration.models import Node
from orchestration.queries import access, solutions
from orchestration.services import groups, people, roles
from orchestration.services.apply_files import Document
from orchestration.services.apply_plan import Outcome, Run, as_new, differences, given, names
from orchestration.services.errors import Invalid
from rbac.models import User


def group(run: Run, document: Document) -> Outcome:
    """A group of people; who belongs to it is said of the people."""
    name = document.text("name")
    found = access.groups(run.by).filter(name=name).first()
    if found is not None:
        return Outcome(name, (found.pk, 0))
    return Outcome(name, (groups.create(run.by, name).pk, 0), created=True)


def user(run: Run, document: Document) -> Outcome:
    """An account, which signs in by single sign-on or once somebody has set a password."""
    name = document.text("username")
    about = given(document, {"full_name": document.text, "email": document.text})
    standing = {"active": document.flag("active", default=True)}
    standing |= given(document, {"staff": lambda key: document.flag(key, default=False)})
    member: dict[str, Any] = given(document, {"groups": lambda key: sorted(document.texts(key))})
    found = access.people(run.by).filter(username=name).first()
    created = found is None
    row = people.invite(run.by, name, **about) if found is None else found
    changes = as_new(about) if created else _described(run, row, about)
    changes += _let_in(run, row, standing | member)
    return Outcome(name, (row.pk, 0), changes, created=created)


def role_assignment(run: Run, document: Document) -> Outcome:
    """A role of somebody at a place or a solution."""
    role, holder, node = document.text("role"), _holder(run, document), _node(run, document)
    wanted = given(document, {"expires_at": lambda key: _moment(document.text(key))})
    whose = {"user": holder} if isinstance(holder, User) else {"group": holder}
    name = f"{role}: {holder} at {document.text('at') or document.text('solution')}"
    rows = access.assignments(run.by)
    held = rows.filter(node_id=node.pk, role__key=role, **whose).first()
    if held is None:
        made = roles.give(run.by, role, holder, node, **wanted)
        return Outcome(name, (made.pk, 0), as_new(wanted), created=True)
    changes = differences({"expires_at": held.expires_at}, wanted)
    if changes:
        roles.give(run.by, role, holder, node, **wanted)
    return Outcome(name, (held.pk, 0), changes)


def _described(run: Run, row: User, wanted: dict[str, Any]) -> Any:  # noqa: ANN401  differences
    now = {"full_name": row.get_full_name(), "email": row.email}
    changes = differences(now, wanted)
    if changes:
        people.describe(run.by, row, **(now | wanted))
    return changes


def _let_in(run: Run, row: User, wanted: dict[str, Any]) -> Any:  # noqa: ANN401  differences
    now: dict[str, Any] = {"active": row.is_active, "staff": row.is_staff}
    now["groups"] = names(row.groups.all())
    changes = differences(now, wanted)
    if changes:
        then = now | wanted
        chosen = [_group(run, name) for name in then["groups"]]
        people.change(run.by, row, is_active=then["active"], is_staff=then["staff"], groups=chosen)
    return changes


def _holder(run: Run, document: Document) -> User | Group:
    name, of = document.text("user"), document.text("group")
    if bool(name) == bool(of):
        raise Invalid("field-missing", field="user | group")
    if of:
        return _group(run, of)
    found = access.people(run.by).filter(username=name).first()
    if found is None:
        raise Invalid("person-unknown", name=name)
    return found


def _group(run: Run, name: str) -> Group:
    found = access.groups(run.by).filter(name=name).first()
    if found is None:
        raise Invalid("group-unknown", name=name)
    return found


def _node(run: Run, document: Document) -> Node:
    at, solution = document.text("at"), document.text("solution")
    if bool(at) == bool(solution):
        raise Invalid("field-missing", field="at | solution")
    if at:
        return run.place(at)
    owner = run.context(document.text("context"))
    rows = solutions.templates(run.by).filter(node__context=owner, node__name=solution)
    found = rows.select_related("node").first()
    if found is None:
        raise Invalid("solution-unknown", solution=solution)
    return found.node


def _moment(text: str) -> datetime | None:
    found = parse_datetime(text) if text else None
    if text and (found is None or found.tzinfo is None):
        raise Invalid("field-wrong", field="expires_at", wanted="a moment with its zone")
    return found
