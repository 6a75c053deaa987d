"""What revisions depend on, and what dependents have put into the copies they share."""

from django.db import models

from orchestration.models.instance import SolutionInstance, SolutionVersion
from orchestration.models.solution import SolutionTemplate


class SharedCopy(models.Model):
    """A copy that others depend on.

    Its row is the lock under which injections are settled: nothing else locks it, so whoever
    holds it may start a deployment of the copy. ``settled`` is the revision that the last look
    left to run. ``unfit`` says, by a dependent's id, why its section cannot be put in: a
    list of ``{"code", "key"}``, without any value.
    """

    instance = models.OneToOneField(
        SolutionInstance, models.CASCADE, primary_key=True, related_name="shared"
    )
    injections_digest = models.CharField(max_length=71, blank=True)
    settled = models.ForeignKey(SolutionVersion, models.SET_NULL, null=True, related_name="+")
    unfit = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "shared copies"

    def __str__(self) -> str:
        return str(self.instance)


class RevisionDependency(models.Model):
    """What one revision needs: a copy of ``template``, chosen when it was published.

    ``injections`` holds ``{"from", "to", "digest"}`` for each section that is put into the shared
    copy; the digest is of the section itself. ``version`` is what the author asked for, empty for
    any. ``shared`` is empty once the copy is gone.
    """

    revision = models.ForeignKey(SolutionVersion, models.CASCADE, related_name="dependencies")
    template = models.ForeignKey(SolutionTemplate, models.PROTECT, related_name="+")
    version = models.CharField(max_length=64, blank=True)
    shared = models.ForeignKey(
        SolutionInstance, models.SET_NULL, null=True, related_name="needed_by"
    )
    injections = models.JSONField(default=list)

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "revision dependencies"
        constraints = (
            models.UniqueConstraint(fields=["revision", "template"], name="revision_dependency"),
        )

    def __str__(self) -> str:
        return f"{self.revision} needs {self.template}"


class InjectedSection(models.Model):
    """One section that a shared copy is to hold now, in the order first put in.

    The section is read from ``revision``, which never changes: ``digest`` is its hash. A section
    without ``dependent`` is of a line that was deleted, and goes with the next settling.
    """

    shared = models.ForeignKey(SolutionInstance, models.CASCADE, related_name="sections")
    dependent = models.ForeignKey(
        SolutionInstance, models.SET_NULL, null=True, related_name="injected_sections"
    )
    revision = models.ForeignKey(SolutionVersion, models.SET_NULL, null=True, related_name="+")
    source = models.TextField()
    to = models.TextField()
    digest = models.CharField(max_length=71)

    class Meta:
        ordering = ("shared", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["shared", "dependent", "source", "to"], name="injected_section"
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} of {self.dependent} in {self.shared}"
