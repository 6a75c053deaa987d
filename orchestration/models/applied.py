"""What `apply` made, so that it knows what it may take away again."""

from django.db import models

from rbac.models import User


class AppliedObject(models.Model):
    """One object that a set of files made. What was there before is nobody's here.

    ``key`` is what plans call it. ``object_id`` is the object's id; of values it is the place's,
    and ``other_id`` the id of the template they are set for, else 0.
    """

    set_name = models.CharField(max_length=64)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=500)
    object_id = models.BigIntegerField()
    other_id = models.BigIntegerField(default=0)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["set_name", "kind", "object_id", "other_id"], name="applied_object"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
