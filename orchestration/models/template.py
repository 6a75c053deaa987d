"""What every version of a template has in common."""

from django.db import models

from orchestration.models.fields import BytewiseField
from orchestration.models.schema import SchemaVersion
from rbac.models import User


class TemplateVersion(models.Model):
    """One immutable version of a template: the text of its configuration and its rules.

    ``sort_key`` orders versions as SemVer does.
    """

    version = models.CharField(max_length=64)
    sort_key = BytewiseField(max_length=200, editable=False)
    config_text = models.TextField()
    schema = models.ForeignKey(
        SchemaVersion, models.PROTECT, null=True, related_name="%(class)s_set"
    )
    warnings = models.JSONField(default=list)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
