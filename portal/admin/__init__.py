"""The workplace of IT: Django's stock admin with our rights, our queries and our services.

One file a noun. Importing this package registers all of them; `site.site` is what is served, so
that whatever other packages register with Django's own site stays out.
"""

from portal.admin import (
    agents,
    capabilities,
    config_templates,
    contexts,
    custom_roles,
    deliveries,
    deployments,
    events,
    groups,
    links,
    people,
    places,
    roles,
    schemas,
    secrets,
    sign_ins,
    solutions,
    targets,
    tokens,
    validations,
    webhooks,
)

__all__ = [
    "agents",
    "capabilities",
    "config_templates",
    "contexts",
    "custom_roles",
    "deliveries",
    "deployments",
    "events",
    "groups",
    "links",
    "people",
    "places",
    "roles",
    "schemas",
    "secrets",
    "sign_ins",
    "solutions",
    "targets",
    "tokens",
    "validations",
    "webhooks",
]
