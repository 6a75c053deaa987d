"""What the playground shows to whoever opens it with nothing in hand: a little of everything."""

TEMPLATE = """\
# What one line gets. Change anything: the result follows.
configs:
  Line: ${{$target(displayName)}}
  Zone: ${{$default($site(Factory, timeZone), UTC)}}
  MaxTemperature: ${{$val(MaxTemperature)}}
  WarnAt: ${{$val(MaxTemperature) - 5}}
  Mode: ${{$if($gt($val(Speed), 300), fast, careful)}}
  Report:
    to: mqtt://+${{$val(Broker)}}+/lines
    every: ${{$val(ReportEvery)}}
"""
SCHEMA = """\
rules:
  configs:
    MaxTemperature: {type: float, required: true, minValue: 20, maxValue: 120, unit: °C}
    Speed: {type: int, defaultValue: 240, minValue: 10, maxValue: 600}
    Broker: {type: string, required: true, format: hostname, editableBy: [IT]}
    ReportEvery: {type: int, defaultValue: 30, unit: s}
validations:
  - expression: ${{$gt($val(MaxTemperature), $val(WarnAt))}}
    message: the warning must come before the limit
"""
SPECIFICATION = """\
components:
  - name: dashboard
    type: process
    properties:
      report: ${{$property(Report.to)}}
"""
ABOUT = "timeZone: Europe/Berlin\n"
FIRST, MIDDLE, LAST = "Broker: broker.example\nMaxTemperature: 80\n", "", "MaxTemperature: 85\n"
TARGET = "name: line-3\ndisplayName: Line 3\n"
