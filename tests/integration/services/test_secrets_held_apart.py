"""Secrets as somebody meets them who wants another's: of a context, a section, a role, a map."""

import json

import pytest

from orchestration.models import ConfigurationRevision, NamedSecret
from orchestration.queries.reviewing import review
from orchestration.queries.values import sheet
from orchestration.services import (
    config_templates,
    configuration,
    contexts,
    rollouts,
    secrets,
)
from orchestration.services.config_templates import ConfigSource
from orchestration.services.configuration import Edit
from orchestration.services.errors import Refused
from portal.api.serializers.configurations import SheetShape, unmasked
from rbac.access import Denied
from tests.integration.conftest import LEVELS, Company
from tests.integration.services.secretive import CANARY, published, save, solution
from tests.integration.services.sharing import COLLECTOR, SENDER, Sharing

SHARED = f"""
schema:
  rules:
    configs:
      Key: {{type: string, secret: true, defaultValue: {CANARY}}}
configs:
  Key: ${{{{$val(Key)}}}}
"""
NAMED = "configs:\n  Word: ${{$secret(sql)}}\n"
OF_IT = """
schema:
  rules:
    configs:
      Pin: {type: string, secret: true, editableBy: [IT]}
configs:
  Pin: ${{$val(Pin)}}
"""


def test_the_default_of_another_context_is_out_of_reach(company: Company) -> None:
    by = company.root_user
    other = contexts.create(by, "fabrikam", LEVELS)
    theirs = config_templates.create_version(by, other, ConfigSource("shared", "1.0.0", SHARED))
    own = config_templates.create_version(
        by, company.context, ConfigSource("shared", "1.0.0", SHARED)
    )
    for version, wrong in ((theirs, ["Taken"]), (own, [])):
        reference = {"name": f"config:{version.pk}:Key", "version": "default"}
        text = f"configs:\n  Taken: {json.dumps({'$secret': reference})}\n"
        taking = solution(company, f"1.0.{version.pk}", text)
        (found,) = review(by, taking, [company.lines["alpha-1"]])
        assert [one.key for one in found.problems] == wrong


@pytest.mark.parametrize("role", ["configuration-viewer", "configuration-author"])
@pytest.mark.parametrize("typed", [CANARY, "canary-4712"])
def test_whoever_may_not_set_a_secret_cannot_find_it_out_by_guessing(
    company: Company, role: str, typed: str
) -> None:
    line, pump = company.lines["alpha-1"].node, solution(company, text=OF_IT)
    save(company, pump, line, {"Pin": CANARY})
    with pytest.raises(Denied):
        configuration.save(company.person("guest", role), pump, [Edit(line, {"Pin": typed}, 1)])


def test_what_waits_to_be_sent_keeps_its_named_secret(company: Company) -> None:
    line = company.lines["alpha-1"].node
    secrets.set_named(company.root_user, line, "sql", CANARY)
    rollout = rollouts.deploy(
        company.root_user, [published(company, solution(company, text=NAMED))]
    )
    with pytest.raises(Refused) as refused:
        secrets.delete_named(company.root_user, NamedSecret.objects.get())
    assert refused.value.code == "secret-used"
    rollouts.cancel(company.root_user, rollout.deployments.get())
    secrets.delete_named(company.root_user, NamedSecret.objects.get())
    assert not NamedSecret.objects.exists()


def test_what_was_plain_in_a_secret_map_is_masked_also_without_rules(company: Company) -> None:
    line, by = company.lines["alpha-1"].node, company.root_user
    before = solution(company, "0.9.0", "configs:\n  Login: ${{$val(Login)}}\n")
    save(company, before, line, {"Login": {"Name": "ana", "Word": CANARY}})
    fields = sheet(by, solution(company), line)  # this version marks it secret: it is sealed
    kept = ConfigurationRevision.objects.latest("pk").values
    assert CANARY not in json.dumps(kept)
    shown = SheetShape(fields).data
    assert CANARY not in json.dumps(shown, default=str)
    assert set(shown["values"]["Login"]) == {"Name", "Word"}
    assert unmasked(fields, shown["values"]) == kept


def test_a_shared_copy_may_use_no_secret_of_a_dependent_but_those_in_its_section(
    sharing: Sharing,
) -> None:
    company, line = sharing.company, sharing.company.lines["alpha-1"]
    lent = secrets.set_named(company.root_user, line.node, "lent", CANARY)
    kept = secrets.set_named(company.root_user, line.node, "kept", CANARY)
    sharing.run(sharing.publish_hub())
    text = SENDER.replace("Own: ${{$val(Rate)}}", "Own: ${{$secret(kept)}}")
    text = text.replace("Rate: ${{$val(Rate)}}", "Rate: ${{$secret(lent)}}")
    sharing.run(sharing.publish(sharing.solution("sender", text, "2.0.0"), line, {}))
    wanted = {
        "Lent": {"$secret": {"name": "lent", "version": lent.reference}},
        "Kept": {"$secret": {"name": "kept", "version": kept.reference}},
    }
    text = COLLECTOR + "".join(f"  {key}: {json.dumps(one)}\n" for key, one in wanted.items())
    (found,) = review(sharing.by, sharing.solution("collector", text, "2.0.0"), [sharing.hub])
    assert [(one.key, one.kind_or_rule) for one in found.problems] == [("Kept", "secret")]
