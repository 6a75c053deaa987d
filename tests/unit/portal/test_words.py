from django.utils.translation import override

from orchestration import states
from portal.web.place_names import in_order
from portal.web.words import STEPS, WORDS, step_name, word

PLACE_WORDS = (
    states.CONFIGURATION_PENDING,
    states.CONFIGURATION_COMPLETED,
    states.CONFIGURATION_UP_TO_DATE,
)


def test_every_state_has_a_word_that_can_be_translated() -> None:
    labels = {row.label for life in states.LIVES.values() for row in life.values()}
    labels |= {one.label for one in PLACE_WORDS}
    assert labels - WORDS == set()


def test_a_state_reads_as_its_word() -> None:
    with override("en"):
        row = states.INSTANCE[states.InstanceState.DEPLOYED]
        assert word(row) == "Deployment completed"


def test_a_step_names_its_component() -> None:
    with override("en"):
        assert step_name("apply") == STEPS["apply"]
        assert step_name("apply", "gateway") == "Applying: gateway"


def test_a_step_of_a_newer_agent_is_shown_by_its_key() -> None:
    assert step_name("polish") == "polish"


def test_names_are_in_the_order_people_count() -> None:
    names = ["Line 10", "line 9", "Line 1", "Hall 2 Line 1", "10", "Oven"]
    assert in_order(names) == ["10", "Hall 2 Line 1", "Line 1", "line 9", "Line 10", "Oven"]
