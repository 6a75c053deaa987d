"""Folders of files become what there is: all of it or nothing, twice as once."""

from typing import Any

import pytest

from orchestration.models import (
    AppliedObject,
    ConfigurationRevision,
    Event,
    Node,
    SolutionTemplateVersion,
    Target,
    TemplateLink,
)
from orchestration.services import people, places
from orchestration.services.apply_files import File
from orchestration.services.apply_plan import Action, Plan
from orchestration.services.applying import apply
from orchestration.services.contexts import root_of
from orchestration.services.errors import Invalid
from rbac.models import RoleAssignment, User
from tests.integration.conftest import Company

COMPANY = """
kind: Context
name: fabrikam
display_name: Fabrikam
levels: [Region, Factory, Line]
capabilities: [soap, {name: shampoo, description: Shampoo}]
---
kind: Group
name: operators
---
kind: User
username: ana
full_name: Ana Alba
email: ana@example.com
groups: [operators]
---
kind: RoleAssignment
role: configuration-author
group: operators
at: fabrikam/north
"""
PLACES = """
kind: Target
path: fabrikam/north/alpha/line-1
display_name: Line 1
capabilities: [soap]
specification: {file: setup/target.json}
---
kind: Site
path: fabrikam/north/alpha
time_zone: Europe/Berlin
---
kind: Site
path: fabrikam/north
"""
CATALOG = """
kind: SolutionTemplate
context: fabrikam
name: mixer
version: 1.0.0
file: mixer/template.yaml
specification: {file: mixer/components.json}
capabilities: [soap]
---
kind: Schema
context: fabrikam
name: mixing
version: 1.0.0
file: mixer/schema.yaml
---
kind: ConfigTemplate
context: fabrikam
name: plant
version: 1.0.0
text: |
  rules:
    configs:
      Broker: {type: string}
  configs:
    Broker: ${{$val(Broker)}}
---
kind: Link
config_template: plant
version: 1.0.0
at: fabrikam/north
---
kind: Values
config_template: plant
at: fabrikam/north
values: {Broker: mqtt.north}
---
kind: Values
solution: mixer
at: fabrikam/north/alpha
file: mixer/values.yaml
"""
OTHERS = {
    "setup/target.json": '{"topologies": []}',
    "mixer/template.yaml": (
        "schema: {name: mixing, version: 1.0.0}\nconfigs:\n  MaxTemp: ${{$val(MaxTemp)}}\n"
    ),
    "mixer/schema.yaml": "rules:\n  configs:\n    MaxTemp: {type: int, required: true}\n",
    "mixer/components.json": '{"components": [{"name": "m", "type": "mock", "properties": {}}]}',
    "mixer/values.yaml": "MaxTemp: 80\n",
}
FOLDER = {"catalog.yaml": CATALOG, "company.yaml": COMPANY, "places.yaml": PLACES} | OTHERS


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="secret-of-root")


def applied(by: User, folder: dict[str, str], **options: Any) -> Plan:
    files = [File(name, text) for name, text in folder.items()]
    return apply(by, files, set_name="company", **options)


def told(plan: Plan) -> dict[str, str]:
    return {f"{item.kind} {item.name}": item.action.value for item in plan.items}


def codes(plan: Plan) -> dict[str, str]:
    return {item.name: getattr(item.error, "code", "") for item in plan.items if item.error}


def test_a_whole_company_comes_from_one_folder(root: User) -> None:
    plan = applied(root, FOLDER)
    assert codes(plan) == {}
    assert set(told(plan).values()) == {"create"}
    line = Target.objects.get(node__name="line-1")
    assert line.node.parent is not None
    assert line.node.parent.time_zone == "Europe/Berlin"
    assert line.specification == {"topologies": []}
    assert [one.name for one in line.capabilities.all()] == ["soap"]
    ana = User.objects.get(username="ana")
    assert not ana.has_usable_password()
    assert [group.name for group in ana.groups.all()] == ["operators"]
    assert RoleAssignment.objects.get().node_id == Node.objects.get(name="north").pk
    assert TemplateLink.objects.get().version.version == "1.0.0"
    saved = {row.template.name: row.values for row in ConfigurationRevision.objects.all()}
    assert saved == {"plant": {"Broker": "mqtt.north"}, "mixer": {"MaxTemp": 80}}


def test_the_same_folder_again_changes_nothing(root: User) -> None:
    applied(root, FOLDER)
    events, saves = Event.objects.count(), ConfigurationRevision.objects.count()
    plan = applied(root, FOLDER, prune=True)
    assert set(told(plan).values()) == {"unchanged"}
    assert plan.changed == 0
    assert (Event.objects.count(), ConfigurationRevision.objects.count()) == (events, saves)


def test_a_dry_run_says_it_all_and_does_nothing(root: User) -> None:
    plan = applied(root, FOLDER, dry_run=True)
    assert plan.ok
    assert plan.changed == len(plan.items) > 10
    assert not Node.objects.exists()
    assert not Event.objects.exists()
    assert not AppliedObject.objects.exists()


def test_what_differs_is_told_field_by_field_with_its_type(root: User) -> None:
    applied(root, FOLDER)
    other = FOLDER | {
        "places.yaml": PLACES.replace("Line 1", "Line One").replace("[soap]", "[soap, shampoo]"),
        "mixer/values.yaml": "MaxTemp: 85\n",
    }
    plan = applied(root, other)
    changes = {
        (item.kind, change.field): (change.before, change.after)
        for item in plan.items
        for change in item.changes
    }
    assert changes == {
        ("Target", "display_name"): ("Line 1", "Line One"),
        ("Target", "capabilities"): (["soap"], ["shampoo", "soap"]),
        ("Values", "MaxTemp"): (80, 85),
    }
    assert Target.objects.get().node.display_name == "Line One"


def test_one_that_fails_holds_up_all_and_every_error_has_its_line(root: User) -> None:
    broken = FOLDER | {
        "places.yaml": PLACES + "---\n# a comment\nkind: Site\npath: nowhere/at/all\n",
        "mixer/values.yaml": "MaxTemp: hot\n",
        "typo.yaml": "kind: Site\npath: fabrikam/east\ntimezone: Europe/Berlin\n",
        "torn.yaml": "kind: Site\npath: [\n",
    }
    plan = applied(root, broken)
    found = {(item.file, item.line): getattr(item.error, "code", "") for item in plan.items
             if item.error}  # fmt: skip
    assert found == {
        ("places.yaml", 16): "context-unknown",
        ("catalog.yaml", 37): "values-refused",
        ("typo.yaml", 1): "field-unknown",
        ("torn.yaml", 3): "document-unreadable",
    }
    assert not plan.ok
    assert not Node.objects.exists()
    assert not Event.objects.exists()


def test_prune_deletes_what_the_set_made_and_nothing_else(root: User) -> None:
    applied(root, FOLDER)
    north = Node.objects.get(name="north")
    by_hand = places.create_site(root, north, "by-hand")
    kept = {"company.yaml": COMPANY.partition("---")[0], "places.yaml": PLACES.split("---")[2]}
    plan = applied(root, kept, prune=True)
    deleted = [item.kind for item in plan.items if item.action is Action.DELETE]
    assert codes(plan) == {}
    assert deleted.index("Values") < deleted.index("Target") < deleted.index("Site")
    assert {node.name for node in Node.objects.filter(kind="site")} == {"north", "by-hand"}
    assert not SolutionTemplateVersion.objects.exists()
    assert not User.objects.get(username="ana").is_active
    assert not RoleAssignment.objects.exists()
    again = applied(root, kept, prune=True)
    assert again.changed == 0
    assert by_hand.name == "by-hand"


def test_prune_leaves_what_was_there_before_the_set(root: User) -> None:
    applied(root, {"company.yaml": COMPANY.partition("---")[0]})
    context = Node.objects.get(kind="context").context
    places.create_site(root, root_of(context), "north")
    applied(root, {"places.yaml": PLACES.split("---")[2]})
    plan = applied(root, {}, prune=True)
    assert Node.objects.filter(name="north").exists()
    assert {item.kind for item in plan.items} == {"Capability"}


def test_prune_of_a_place_that_is_in_use_is_refused_whole(root: User) -> None:
    applied(root, FOLDER)
    places.create_site(root, Node.objects.get(name="north"), "by-hand")
    plan = applied(root, {}, prune=True)
    assert codes(plan)["fabrikam/north"] == "place-not-empty"
    assert Target.objects.exists()
    assert User.objects.get(username="ana").is_active


def test_each_object_needs_the_right_of_its_own(company: Company) -> None:
    author = company.person("olga", "onboarding-admin", company.factories["alpha"])
    mine = "kind: Target\npath: contoso/west/chicago/alpha/alpha-9\n"
    others = "kind: Target\npath: contoso/west/plano/beta/beta-9\n"
    assert told(applied(author, {"mine.yaml": mine})) == {
        "Target contoso/west/chicago/alpha/alpha-9": "create"
    }
    plan = applied(author, {"mine.yaml": mine, "others.yaml": others})
    assert codes(plan) == {"contoso/west/plano/beta/beta-9": "place-unknown"}
    values = "kind: Values\nsolution: mixer\nat: contoso/west/chicago/alpha\nvalues: {}\n"
    company.solution()
    assert not applied(author, {"values.yaml": values}).ok


def test_a_stranger_prunes_nothing_and_sees_nothing_of_it(company: Company) -> None:
    applied(company.root_user, FOLDER)
    stranger = people.create(company.root_user, "sam", "correct-horse-battery")
    plan = applied(stranger, {}, prune=True)
    assert plan.items == ()
    assert AppliedObject.objects.count() > 10


def test_secrets_are_told_to_differ_and_no_more(root: User) -> None:
    secret = FOLDER | {
        "mixer/schema.yaml": "rules:\n  configs:\n    MaxTemp: {type: string, secret: true}\n",
        "mixer/values.yaml": "MaxTemp: hush-hush\n",
    }
    plan = applied(root, secret)
    assert plan.ok
    assert "hush-hush" not in repr(plan.items)
    again = applied(root, secret)
    assert again.changed == 0


def test_a_hierarchy_of_the_reference_product_is_taken_as_it_is(root: User) -> None:
    hierarchy = """
type: ServiceGroup
name: country
level: country
children:
  - name: region1
    level: region
    children:
      - name: factory1
        level: factory
  - name: region2
    level: region
"""
    context = (
        "kind: Context\nname: contoso\nlevels: [Country, Region, Factory, Line]\n"
        "capabilities: {file: capabilities.json}\n"
    )
    capabilities = '{"location": "x", "properties": {"capabilities": [{"name": "soap"}]}}'
    folder = {"a.yaml": context, "h.yaml": hierarchy, "capabilities.json": capabilities}
    plan = applied(root, folder)
    assert codes(plan) == {}
    assert "Site contoso/country/region1/factory1" in told(plan)
    assert "Capability contoso/soap" in told(plan)


def test_json_of_other_tools_is_left_alone_and_yaml_without_a_kind_is_not(root: User) -> None:
    other = FOLDER | {"package.json": "[1, 2]", "notes/settings.json": '{"a": 1}'}
    assert codes(applied(root, other)) == {}
    slip = applied(root, FOLDER | {"slip.yaml": "name: x\n"})
    assert codes(slip) == {"x": "kind-missing"}


def test_a_set_without_a_name_is_nobodys_to_prune(root: User) -> None:
    files = [File(name, text) for name, text in FOLDER.items()]
    apply(root, files, set_name="")
    assert not AppliedObject.objects.exists()


def test_nothing_at_all_is_an_error(root: User) -> None:
    with pytest.raises(Invalid, match="nothing-to-apply"):
        applied(root, {"empty.yaml": "# nothing\n"})
