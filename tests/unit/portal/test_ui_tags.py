from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from orchestration.states import DEPLOYMENT, INSTANCE, DeploymentState, InstanceState
from portal.templatetags import ui
from portal.web.parts import Column, Field
from rbac.access import YES, Verdict
from rbac.permissions import Perm

NAME = Column("Line", sort="name")


def rendered(source: str, **values: object) -> str:
    return Template("{% load ui %}" + source).render(Context(values))


def asking(address: str, source: str, **values: object) -> str:
    request = RequestFactory().get(address)
    return Template("{% load ui %}" + source).render(RequestContext(request, values))


def test_a_state_is_icon_word_and_severity() -> None:
    shown = rendered("{% status state %}", state=INSTANCE[InstanceState.FAILED])
    assert "status--danger" in shown
    assert "#i-danger" in shown
    assert "<span>Deployment failed</span>" in shown


def test_what_was_not_done_gets_no_tick() -> None:
    shown = rendered("{% status state %}", state=DEPLOYMENT[DeploymentState.CANCELLED])
    assert "#i-none" in shown


def test_a_status_that_opens_the_pane_is_a_plain_link_too() -> None:
    state = INSTANCE[InstanceState.DEPLOYED]
    shown = rendered('{% status state url="/monitor/deployments/3/" pane=True %}', state=state)
    assert 'href="/monitor/deployments/3/" data-pane="/monitor/deployments/3/"' in shown


def test_a_live_region_fetches_itself_from_the_page_it_is_on() -> None:
    shown = asking("/monitor/?q=a&page=2", '{% live "rows" "target:*" "rollout:3" %}')
    assert 'id="rows"' in shown
    assert 'data-live="target:* rollout:3"' in shown
    assert 'hx-get="/monitor/?q=a&amp;page=2"' in shown
    assert 'hx-select="#rows"' in shown


def test_a_live_region_may_have_an_address_of_its_own() -> None:
    assert 'hx-get="/part/"' in asking("/", '{% live "rows" "target:1" url="/part/" %}')


def test_names_cannot_break_out_of_attributes() -> None:
    shown = asking('/?q="><script>', '{% live "rows" "x:1" %}')
    assert "<script>" not in shown
    assert "<script>" not in rendered("{% pane url %}", url='"><script>')


def test_a_refusal_becomes_a_sentence_and_a_yes_nothing() -> None:
    params = {"perm": Perm.DEPLOY.value, "node": 3, "place": "Line 3"}
    refused = Verdict(ok=False, code="right-missing", params=params)
    assert "Line 3" in ui.reason(refused)
    assert ui.reason(YES) == ""
    assert ui.reason(None) == ""


def test_a_refused_action_stays_in_sight_and_says_why() -> None:
    refused = Verdict(ok=False, code="signed-out")
    shown = rendered(
        '{% include "components/action.html" with label="Deploy" url="/go/" verdict=v %}', v=refused
    )
    assert "/go/" not in shown
    assert 'aria-disabled="true"' in shown
    assert ui.reason(refused) in shown


def test_an_allowed_action_is_a_link_or_a_button() -> None:
    source = '{% include "components/action.html" with label="Deploy" url=url verdict=v %}'
    assert 'href="/go/"' in rendered(source, url="/go/", v=YES)
    assert "<button" in rendered(source, url="", v=YES)


def test_a_confirmation_that_is_refused_cannot_be_opened() -> None:
    source = (
        '{% include "components/confirm.html" with id="c" label="Deploy" question="Sure?"'
        ' submit="Do it" action="/go/" verdict=v %}'
    )
    assert "/go/" in rendered(source, v=YES)
    assert "/go/" in rendered(source)
    assert "/go/" not in rendered(source, v=Verdict(ok=False, code="signed-out"))


def test_a_click_on_a_head_sorts_up_then_down() -> None:
    assert NAME.next_sort(None) == "name"
    assert NAME.next_sort("name") == "-name"
    assert NAME.next_sort("-name") == "name"
    assert ui.sort_state(NAME, "-name") == 'aria-sort="descending"'
    assert ui.sort_state(NAME, "other") == 'aria-sort="none"'
    assert ui.sort_state(Column("Actions"), "name") == ""


def test_sorting_keeps_filters_and_returns_to_the_first_page() -> None:
    shown = asking("/?q=a&page=4&sort=name", "{% sort_url column sort %}", column=NAME, sort="name")
    assert shown == "?q=a&amp;sort=-name"


def test_many_pages_are_elided() -> None:
    page = Paginator(range(1000), 10).page(50)
    assert list(ui.page_numbers(page)) == [1, None, 49, 50, 51, None, 100]


def test_messages_carry_their_severity() -> None:
    assert ui.message_severity(Message(constants.ERROR, "x")) == "danger"
    assert ui.message_severity(Message(constants.SUCCESS, "x")) == "quiet"


def test_values_read_the_way_people_write_them() -> None:
    assert ui.as_value("warm") == "warm"
    assert ui.as_value("") == '""'
    assert ui.as_value(["ä", 1, True]) == '["ä", 1, true]'
    assert ui.as_text({"a": 1}) == '{\n  "a": 1\n}'
    assert ui.as_text("a: 1") == "a: 1"


def test_a_field_has_an_id_without_selectors_in_it() -> None:
    assert Field("Gateway.Ports[0]", "Port").id == "f-Gateway-Ports-0-"


def test_a_secret_is_never_sent_back() -> None:
    shown = rendered(
        '{% include "components/field.html" %}',
        field=Field("Key", "Key", value="hunter2", secret=True),
    )
    assert "hunter2" not in shown
    assert 'type="password"' in shown


def test_a_value_that_is_read_only_says_why_and_is_not_checked() -> None:
    shown = rendered(
        '{% include "components/field.html" with check_url="/check/" %}',
        field=Field("Port", "Port", value=1, read_only="Kept by IT"),
    )
    assert "readonly" in shown
    assert "Kept by IT" in shown
    assert "/check/" not in shown


def test_an_error_stands_beside_its_field() -> None:
    shown = rendered(
        '{% include "components/field.html" %}', field=Field("Port", "Port", errors=["Too large."])
    )
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="f-Port-error"' in shown
    assert "Too large." in shown
