"""The admin page with the files of a new solution."""

import io
import zipfile

from tests.integration.admin.conftest import SignIn
from tests.integration.conftest import Company


def test_an_author_sees_the_files_and_takes_them_home(company: Company, sign_in: SignIn) -> None:
    author = sign_in("olga", "solution-author")
    asked = author.get("/admin/new-solution/")
    assert asked.status_code == 200
    assert "washer" not in asked.content.decode()
    chosen: dict[str, str | int] = {"name": "washer", "context": company.context.pk}
    shown = author.get("/admin/new-solution/", chosen).content.decode()
    assert "washer-rules" in shown
    assert "context: contoso" in shown
    archive = author.get("/admin/new-solution/", chosen | {"archive": "1"})
    assert archive.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert "washer/sitewright.yaml" in files.namelist()
        assert b"name: washer-rules" in files.read("washer/sitewright.yaml")


def test_a_name_that_no_part_could_carry_is_refused(company: Company, sign_in: SignIn) -> None:
    author = sign_in("olga", "solution-author")
    for name in ("../x", "Not a name", ""):
        shown = author.get(
            "/admin/new-solution/", {"name": name, "context": company.context.pk, "archive": "1"}
        )
        assert shown.status_code == 200
        assert shown.headers["Content-Type"].startswith("text/html")


def test_who_writes_no_solutions_does_not_get_there(company: Company, sign_in: SignIn) -> None:
    onboarding = sign_in("otto", "onboarding-admin")
    assert onboarding.get("/admin/new-solution/").status_code == 403
    viewer = sign_in("vera", "configuration-viewer")
    assert viewer.get("/admin/new-solution/").status_code == 403
