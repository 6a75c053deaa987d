"""Roles over REST: made, changed, given, taken, deleted."""

from rbac.models import Role
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company


def test_a_role_goes_its_way(company: Company) -> None:
    alpha = company.factories["alpha"]
    ada, dana = Api(company.person("ada", "admin", alpha)), company.person("dana")
    company.person("dana", "deployment-viewer", alpha)
    made = ada.post("roles/", {"label": "Night shift", "rights": ["deploy", "view_hierarchy"]})
    assert made.status_code == 201, made.json()
    role = made.json()
    assert (role["key"], role["shipped"]) == ("custom-night-shift", False)
    given = ada.post(
        "role-assignments/", {"role": role["key"], "user": "dana", "node": alpha.pk}
    ).json()
    assert (given["role"], given["label"], given["is_over"]) == (role["key"], "Night shift", False)
    assert "deploy" in Api(dana).get("me/").json()["rights"]

    changed = ada.patch(f"roles/{role['id']}/", {"rights": ["uninstall"]})
    assert (changed.status_code, changed.json()["label"]) == (200, "Night shift")
    mine = Api(dana).get("me/").json()["rights"]
    assert ("deploy" in mine, "uninstall" in mine) == (False, True)

    in_use = ada.delete(f"roles/{role['id']}/")
    assert said(in_use) == (409, "role-in-use")
    assert "dana" in in_use.json()["detail"]
    assert ada.delete(f"role-assignments/{given['id']}/").status_code == 204
    assert ada.delete(f"roles/{role['id']}/").status_code == 204
    assert not Role.objects.filter(pk=role["id"]).exists()


def test_who_manages_no_access_sees_and_makes_no_roles(company: Company) -> None:
    dana = Api(company.person("dana", "deployment-manager", company.factories["alpha"]))
    assert dana.get("roles/").json()["results"] == []
    admin = Role.objects.get(key="admin")
    assert said(dana.get(f"roles/{admin.pk}/")) == (404, "not-found")
    refused = dana.post("roles/", {"label": "Mine", "rights": ["deploy"]})
    assert said(refused) == (403, "role-beyond-you")
    assert "Give and take roles" in refused.json()["detail"]


def test_roles_are_listed_by_where_they_come_from(company: Company) -> None:
    root = Api(company.root_user)
    shipped = root.get("roles/", shipped="true").json()["results"]
    assert {row["key"] for row in shipped} >= {"admin", "deployment-viewer"}
    assert root.get("roles/", shipped="false").json()["results"] == []
    odd = root.post("roles/", {"label": "Odd", "rights": ["rule_the_world"]})
    assert (said(odd), keys(odd)) == ((400, "invalid"), ["rights.0"])
