"""Deployment units."""

from django.db import models

from orchestration.models.agent import Agent
from orchestration.models.context import Capability
from orchestration.models.node import Node


class Target(models.Model):
    """A line, or anything else one deploys to. Its id is its node's id."""

    node = models.OneToOneField(Node, models.CASCADE, primary_key=True, related_name="target")
    scope = models.CharField(max_length=63, default="default")
    specification = models.JSONField(default=dict, blank=True)
    capabilities = models.ManyToManyField(Capability, blank=True, related_name="targets")
    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, blank=True, related_name="targets")

    class Meta:
        verbose_name = "line"
        ordering = ("node__path",)

    def __str__(self) -> str:
        return self.node.title
