"""What an agent tells: reports of its work, and signs of life."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from agent import wire
from orchestration.services import heartbeats
from orchestration.services import reports as intake
from portal.api.agent import answers
from portal.api.agent.calls import answered, caller, in_database, read_signed


@require_POST
@answered
async def reports(request: HttpRequest) -> HttpResponse:
    """Take in a batch of reports; each is accepted or rejected for good."""
    agent = await caller(request)
    batch = read_signed(wire.ReportBatch, request, agent)
    return answers.message(await in_database(intake.accept, agent, batch))


@require_POST
@answered
async def heartbeat(request: HttpRequest) -> HttpResponse:
    """Note that the agent is there and how its workloads feel."""
    agent = await caller(request)
    beat = read_signed(wire.Heartbeat, request, agent)
    return answers.message(await in_database(heartbeats.accept, agent, beat))
