"""How people and their programs are signed in: browser sessions, and tokens."""

from django.db import models

from orchestration.models.node import Node
from rbac.models import User
from rbac.permissions import Perm
from rbac.scopes import EVERYWHERE, READING, Scope


class ApiToken(models.Model):
    """Signs a program in as a person, until it ends. Only its beginning and its digest are kept.

    ``rights`` and ``node`` take away from what the person may do: rights by name (None: all), and
    the place at which they end, with everything below it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    key = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80, blank=True)
    rights = models.JSONField(null=True)
    node = models.ForeignKey(Node, models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.GenericIPAddressField(null=True)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = "API token"

    def __str__(self) -> str:
        return self.name or f"{self.key}…"

    @property
    def scope(self) -> Scope:
        """What it leaves of the person's rights; a right that is no longer known is gone."""
        path = self.node.path if self.node else EVERYWHERE
        if self.rights is None:
            return Scope(path=path)
        return Scope(frozenset(perm for perm in Perm if perm.value in self.rights), path)

    @property
    def read_only(self) -> bool:
        """Whether nothing can be changed with it."""
        left = self.scope.rights
        return left is not None and left <= READING


class SignIn(models.Model):
    """A browser in which somebody is signed in. The session itself is Django's."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=80, blank=True)
    shared = models.BooleanField(default=False)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-at",)
        verbose_name = "session"

    def __str__(self) -> str:
        return self.device or self.session_key[:6]
