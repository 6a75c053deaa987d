"""A solution to begin with: small, whole, explained, and ready to apply as it is."""

import re

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""A name that every part of a solution can carry."""

_README = """\
# What `sitewright apply -f @NAME@` makes. Each document is one object; `---` parts them.
# Apply it as often as you like: what is as wanted already is not touched.

kind: Schema                # which keys there are, and what may be set
context: @CONTEXT@
name: @NAME@-rules
version: 1.0.0              # versions never change: raise the number instead
file: schema.yaml
---
kind: SolutionTemplate      # what a line gets, and which components run with it
context: @CONTEXT@
name: @NAME@
version: 1.0.0
file: template.yaml
specification: {file: specification.yaml}
# capabilities: [soap]      # what a line must be able to do to run this
---
kind: Values                # values for everywhere; places and lines below may set their own
solution: @NAME@
at: @CONTEXT@               # or a way to a place: @CONTEXT@/North/Plant 1
file: values.yaml
"""
_SCHEMA = """\
# The rules: one entry a key. People see a form that is made from them.
rules:
  configs:
    MaxTemperature:
      type: float
      required: true        # a line without a value cannot be published
      minValue: 20
      maxValue: 120
      label: Highest temperature
      description: Above this the line raises a warning.
      unit: °C
    ReportEvery:
      type: int
      defaultValue: 30      # what counts where nobody sets a value
      minValue: 1
      label: Report every
      unit: s
    ReportHost:
      type: string
      required: true
      format: hostname      # also: ip, cidr, url, email, port, mac, semver
      editableBy: [IT]      # whose value it is: OT, IT, or without this line both
      label: Report to
    # Password:             # secret values are encrypted and shown to nobody
    #   type: string
    #   secret: true
    #   editableBy: [IT]
# What several keys must fulfil together.
validations:
  - expression: ${{$gt($val(MaxTemperature), 25)}}
    message: the highest temperature must leave room for the warning
"""
_TEMPLATE = """\
# What one line gets. ${{…}} is worked out for each line; the rest stays as it is.
schema:
  name: @NAME@-rules
  version: 1.0.0
configs:
  Line: ${{$target(displayName)}}                 # what people call the line
  MaxTemperature: ${{$val(MaxTemperature)}}       # the value nearest to the line counts
  WarnAt: ${{$val(MaxTemperature) - 5}}
  Report:
    to: mqtts://${{$val(ReportHost)}}:8883/lines
    every: ${{$val(ReportEvery)}}
"""
_SPECIFICATION = """\
# Which components run on the line, and what their drivers need to know.
components:
  - name: @NAME@
    type: mock              # only pretends, so that you can try everything out
    properties: {}
# A program that the agent starts, with the configuration in a file:
#  - name: @NAME@
#    type: process
#    properties:
#      command: ["{python}", "-m", "@NAME@", "{config}"]
#      report: ${{$property(Report.to)}}          # reads the finished configuration
"""
_VALUES = """\
# Values that count everywhere below the place that sitewright.yaml names.
MaxTemperature: 80
ReportHost: reports.example
"""
_FILES = {
    "sitewright.yaml": _README,
    "schema.yaml": _SCHEMA,
    "template.yaml": _TEMPLATE,
    "specification.yaml": _SPECIFICATION,
    "values.yaml": _VALUES,
}


def starter(name: str, context: str) -> dict[str, str]:
    """Return the files of a new solution by name; the caller has checked it against `NAME`."""
    return {
        file: text.replace("@NAME@", name).replace("@CONTEXT@", context)
        for file, text in _FILES.items()
    }
