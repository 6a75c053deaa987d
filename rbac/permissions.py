"""Every right there is, declared once.

A right is held at a node and reaches everything below it. The database rows
behind the names are Django permissions on the node model, made by migrations.
"""

from enum import StrEnum


class Perm(StrEnum):
    """One verb somebody may or may not use at a node.

    The value is the codename of the Django permission.
    """

    VIEW_HIERARCHY = "view_hierarchy"
    EDIT_HIERARCHY = "edit_hierarchy"
    EDIT_TARGETS = "edit_targets"
    MANAGE_AGENTS = "manage_agents"
    MANAGE_ACCESS = "manage_access"
    MANAGE_CONTEXT = "manage_context"
    VIEW_SOLUTIONS = "view_solutions"
    AUTHOR_SOLUTIONS = "author_solutions"
    VIEW_VALUES = "view_values"
    EDIT_OT_VALUES = "edit_ot_values"
    EDIT_IT_VALUES = "edit_it_values"
    REVIEW = "review"
    PUBLISH = "publish"
    VIEW_DEPLOYMENTS = "view_deployments"
    DEPLOY = "deploy"
    UNINSTALL = "uninstall"
    APPROVE = "approve"
    MANAGE_WINDOWS = "manage_windows"
    VALIDATE = "validate"

    @property
    def label(self) -> str:
        """What the right allows, as the admin site and the role list say it."""
        return LABELS[self]


LABELS: dict[Perm, str] = {
    Perm.VIEW_HIERARCHY: "See places and lines",
    Perm.EDIT_HIERARCHY: "Create and change places",
    Perm.EDIT_TARGETS: "Create and change lines",
    Perm.MANAGE_AGENTS: "Enrol, approve and revoke agents",
    Perm.MANAGE_ACCESS: "Give and take roles",
    Perm.MANAGE_CONTEXT: "Change levels and capabilities",
    Perm.VIEW_SOLUTIONS: "See solution templates and schemas",
    Perm.AUTHOR_SOLUTIONS: "Create solution templates, schemas and versions",
    Perm.VIEW_VALUES: "See configuration values",
    Perm.EDIT_OT_VALUES: "Change configuration values open to operations",
    Perm.EDIT_IT_VALUES: "Change configuration values kept by IT",
    Perm.REVIEW: "Review configurations",
    Perm.PUBLISH: "Publish revisions",
    Perm.VIEW_DEPLOYMENTS: "See deployments and events",
    Perm.DEPLOY: "Deploy, retry, roll back and stop",
    Perm.UNINSTALL: "Uninstall",
    Perm.APPROVE: "Approve rollouts",
    Perm.MANAGE_WINDOWS: "Change maintenance windows and freezes",
    Perm.VALIDATE: "Answer external validations",
}
