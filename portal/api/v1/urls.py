"""Addresses of the REST interface, version 1."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from portal.api.v1 import (
    agents,
    apply,
    bulk,
    bulk_rows,
    checks,
    config_templates,
    configurations,
    contexts,
    deployments,
    description,
    enrolment_tokens,
    events,
    explaining,
    impact,
    imports,
    me,
    nodes,
    onboarding,
    operations,
    reviews,
    revisions,
    role_assignments,
    roles,
    rollouts,
    schemas,
    secrets,
    sign_ins,
    solutions,
    starter,
    targets,
    tokens,
    users,
    validations,
    webhooks,
    withdrawals,
)

router = SimpleRouter(use_regex_path=False)
router.register("contexts", contexts.Contexts, "context")
router.register("nodes", nodes.Nodes, "node")
router.register("targets", targets.Targets, "target")
router.register("agents", agents.Agents, "agent")
router.register("enrolment-tokens", enrolment_tokens.EnrolmentTokens, "enrolment-token")
router.register("schemas", schemas.Schemas, "schema")
router.register("schema-versions", schemas.SchemaVersions, "schema-version")
router.register("solutions", solutions.Solutions, "solution")
router.register("solution-versions", solutions.SolutionVersions, "solution-version")
router.register("config-templates", config_templates.ConfigTemplates, "config-template")
router.register(
    "config-template-versions", config_templates.ConfigTemplateVersions, "config-template-version"
)
router.register("instances", revisions.Instances, "instance")
router.register("revisions", revisions.Revisions, "revision")
router.register("rollouts", rollouts.Rollouts, "rollout")
router.register("deployments", deployments.Deployments, "deployment")
router.register("operations", operations.Operations, "operation")
router.register("events", events.Events, "event")
router.register("role-assignments", role_assignments.RoleAssignments, "role-assignment")
router.register("roles", roles.Roles, "role")
router.register("users", users.Users, "user")
router.register("webhooks", webhooks.Webhooks, "webhook")
router.register("webhook-deliveries", webhooks.Deliveries, "webhook-delivery")

urlpatterns = [
    *router.urls,
    path(
        "operations/<uuid:uuid>/results/",
        operations.OperationResults.as_view({"get": "list"}),
        name="operation-results",
    ),
    path("apply/", apply.Apply.as_view()),
    path("operations/<uuid:uuid>/stream/", operations.OperationStream.as_view()),
    path("bulk/review/", bulk.BulkReview.as_view()),
    path("bulk/publish/", bulk.BulkPublish.as_view()),
    path("bulk/deploy/", bulk.BulkDeploy.as_view()),
    path("check-template/", checks.CheckTemplate.as_view()),
    path("nodes/<int:node>/access/", explaining.Access.as_view()),
    path("nodes/<int:node>/holders/", explaining.Holders.as_view()),
    path("nodes/<int:node>/links/impact/", impact.LinkImpact.as_view()),
    path("nodes/<int:node>/links/", config_templates.Links.as_view()),
    path("nodes/<int:node>/links/<int:link>/", config_templates.Link.as_view()),
    path("nodes/<int:node>/secrets/", secrets.Secrets.as_view()),
    path("nodes/<int:node>/secrets/<str:name>/", secrets.Secret.as_view()),
    path("configurations/", configurations.Configurations.as_view()),
    path("configurations/impact/", impact.ValuesImpact.as_view()),
    path("solutions/<int:solution>/impact/", impact.DraftImpact.as_view()),
    path("solution-versions/<int:version>/impact/", impact.VersionImpact.as_view()),
    path("configurations/<int:node>/<int:solution>/", configurations.Configuration.as_view()),
    path(
        "configurations/<int:node>/<int:solution>/history/",
        configurations.ConfigurationHistory.as_view(),
    ),
    path("solutions/<int:solution>/validation/", validations.Policy.as_view()),
    path("revisions/<int:revision>/validate/", validations.AskAgain.as_view()),
    path("validations/", validations.Validations.as_view({"get": "list"})),
    path(
        "validations/<uuid:uid>/",
        validations.Validations.as_view({"get": "retrieve", "post": "answer"}, detail=True),
    ),
    path(
        "validations/<uuid:uid>/cancel/",
        validations.Validations.as_view({"post": "cancel"}, detail=True),
    ),
    path("solution-versions/<int:version>/withdraw/", withdrawals.Withdraw.as_view()),
    path("solution-versions/<int:version>/reinstate/", withdrawals.Reinstate.as_view()),
    path("solution-versions/<int:version>/running/", withdrawals.StillRunning.as_view()),
    path("imports/", imports.Imports.as_view()),
    path("imports/sites/", bulk_rows.SiteImport.as_view()),
    path("imports/targets/", bulk_rows.TargetImport.as_view()),
    path("imports/values/", bulk_rows.ValueImport.as_view()),
    path("exports/sites/", bulk_rows.SiteExport.as_view()),
    path("exports/targets/", bulk_rows.TargetExport.as_view()),
    path("exports/values/", bulk_rows.ValueExport.as_view()),
    path("onboarding/factory/", onboarding.Factory.as_view()),
    path("review/", reviews.Review.as_view()),
    path("dependency-candidates/", reviews.Candidates.as_view()),
    path("publish/", reviews.Publish.as_view()),
    path("starter/", starter.Starter.as_view()),
    path("me/", me.Me.as_view()),
    path("auth/sessions/", sign_ins.SignIns.as_view()),
    path("auth/sessions/<int:pk>/", sign_ins.OneSignIn.as_view()),
    path("auth/preferences/", sign_ins.OwnPreferences.as_view()),
    path("users/<int:pk>/unlock/", sign_ins.Unlock.as_view()),
    path("users/<int:pk>/password-link/", sign_ins.PasswordLink.as_view()),
    path("auth/tokens/", tokens.ApiTokens.as_view()),
    path("auth/tokens/<str:key>/", tokens.OneApiToken.as_view()),
    path("auth/everybodys-tokens/", tokens.EverybodysTokens.as_view()),
    path("auth/everybodys-tokens/<str:key>/", tokens.OneOfEverybodysTokens.as_view()),
    path("schema/", description.Description.as_view(), name="api-schema"),
    path("docs/", description.Docs.as_view(url_name="api-v1:api-schema"), name="api-docs"),
    # Without its last slash an address is still led to the one with it.
    re_path(r"^(?P<rest>.*/|)$", description.Nothing.as_view()),
]
app_name = "api-v1"
