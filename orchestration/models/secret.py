"""Secrets: values nobody is shown, kept encrypted; agents alone get them."""

from django.db import models

from orchestration.models.node import Node
from rbac.models import User


class Encrypted(models.Model):
    """A value that never changes; only the key it is encrypted with may.

    ``key_id`` names the key without telling anything of it.
    """

    key_id = models.CharField(max_length=16, db_index=True)
    ciphertext = models.TextField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class SecretValue(Encrypted):
    """One value of a key marked secret, as set at a node for a solution or config template.

    ``name`` is what stands in its place in configurations. It cannot be guessed, and an agent gets
    the value only where a revision published for one of its instances holds the name.
    """

    name = models.CharField(max_length=200, unique=True)
    node = models.ForeignKey(Node, models.CASCADE, related_name="secret_values")
    template = models.ForeignKey(Node, models.CASCADE, related_name="+")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.template} at {self.node}"


class NamedSecret(models.Model):
    """What ``$secret(name)`` means at a node and below, in numbered versions."""

    node = models.ForeignKey(Node, models.CASCADE, related_name="named_secrets")
    name = models.CharField(max_length=64)

    class Meta:
        ordering = ("node", "name")
        constraints = (models.UniqueConstraint(fields=["node", "name"], name="named_secret"),)

    def __str__(self) -> str:
        return self.name

    @property
    def newest(self) -> "NamedSecretVersion | None":
        """The version that counts."""
        return next(iter(self.versions.all()), None)


class NamedSecretVersion(Encrypted):
    """One value of a named secret: a text, or texts by the names in ``keys``."""

    secret = models.ForeignKey(NamedSecret, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    keys = models.JSONField(default=list)

    class Meta:
        ordering = ("secret", "-number")
        constraints = (
            models.UniqueConstraint(fields=["secret", "number"], name="named_secret_version"),
        )

    def __str__(self) -> str:
        return f"{self.secret} {self.number}"

    @property
    def reference(self) -> str:
        """What tells this version from all others, in references."""
        return f"{self.secret_id}.{self.number}"
