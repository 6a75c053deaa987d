"""A section that a shared copy cannot hold, and what is said of it."""

import json

from orchestration.models import Deployment
from portal.web.troubles import hold_of
from tests.integration.services.sharing import Sharing

COLLECTOR_WITH_LIMIT = """
schema:
  rules:
    configs:
      Port: {type: int, defaultValue: 9100}
      Senders:
        type: "array[object]"
        disallowedValues: [{Line: alpha-1, Rate: 500}]
configs:
  Port: ${{$val(Port)}}
  Senders: []
"""


def test_a_section_that_does_not_fit_holds_its_own_line_only(sharing: Sharing) -> None:
    sharing.collector = sharing.solution("collector", COLLECTOR_WITH_LIMIT, "1.1.0")
    sharing.run(sharing.publish_hub())
    bad = sharing.publish_line("alpha-1", Rate=500)
    good = sharing.publish_line("alpha-2", Rate=6)
    sharing.start(bad, good)
    sharing.work()
    assert sharing.senders == [{"Line": "alpha-2", "Rate": 6}]
    deployment = Deployment.objects.get(revision=bad)
    assert deployment.hold["reason"] == "unfit"
    assert deployment.hold["problems"] == [{"code": "disallowedValues", "key": "Senders"}]
    assert "500" not in json.dumps(deployment.hold), "a value is for those who may see values"
    held = hold_of(deployment)
    assert held is not None
    assert "(Senders)" in held.why
