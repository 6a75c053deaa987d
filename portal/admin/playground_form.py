"""What is typed into the playground: texts of a solution, and of the places it is tried on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Context, Node, SolutionTemplateVersion, Target
from orchestration.queries import authoring, configuring, solutions
from orchestration.queries.trying import Start
from orchestration.resolution import Trial, TrialPlace, Written
from portal.admin import columns
from portal.admin import playground_example as example
from portal.admin.forms import Words, offer_rows, text
from portal.web.place_names import named
from rbac.models import User

MOST_DOCUMENT = 1024 * 1024
MOST_VALUES = 256 * 1024
SHOWN_CHOICES = 500


class StartForm(forms.Form):
    """A stored version and a line to start from."""

    version = forms.ModelChoiceField(
        SolutionTemplateVersion.objects.none(), label=_("Version"), required=False
    )
    line = forms.ModelChoiceField(Target.objects.none(), label=_("Line"), required=False)

    def __init__(self, by: User, context: Context, data: QueryDict | None = None) -> None:
        super().__init__(data, label_suffix="")
        versions = solutions.template_versions(by).filter(template__node__context=context)
        lines = configuring.lines(by, context.pk)
        offer_rows(self, "version", versions)
        offer_rows(self, "line", lines)
        self._show("version", [(row.pk, str(row)) for row in versions[:SHOWN_CHOICES]])
        self._show("line", [(row.pk, _way(row)) for row in lines[:SHOWN_CHOICES]])

    def _show(self, name: str, choices: list[tuple[int, str]]) -> None:
        """Show the first of what may be chosen; more than that a list cannot offer."""
        self.fields[name].widget.choices = [("", "—"), *choices]


def _way(line: Target) -> str:
    above = line.node.parent
    return f"{above.title}{columns.BELOW}{line}" if above else str(line)


def _area(label: Words, rows: int, most: int = MOST_VALUES) -> forms.CharField:
    attrs = {"rows": rows, "spellcheck": "false", "wrap": "off", "autocapitalize": "off"}
    widget = forms.Textarea(attrs=attrs)
    return forms.CharField(label=label, required=False, strip=False, max_length=most, widget=widget)


class PlaygroundForm(forms.Form):
    """The texts. Levels are those of a context, from its root down to the line."""

    template = _area(_("Template"), 14, MOST_DOCUMENT)
    schema = _area(_("Schema"), 10, MOST_DOCUMENT)
    specification = _area(_("Specification"), 6, MOST_DOCUMENT)
    instance = text(_("Name of the copy"), required=False)
    target = _area(_("What $target may ask for"), 3)

    def __init__(
        self,
        context: Context,
        data: QueryDict | None = None,
        initial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}), label_suffix="")
        self.levels: Sequence[str] = context.levels
        self.context = context
        for number, level in enumerate(self._names()):
            self.fields[f"name_{number}"] = text(_("Name"), most=120, required=False)
            values = _("Values of %(level)s") % {"level": level}
            self.fields[f"values_{number}"] = _area(values, 4)
            about = _("Time zone, labels, config templates of %(level)s") % {"level": level}
            self.fields[f"about_{number}"] = _area(about, 3)

    def _names(self) -> list[str]:
        return [str(self.context), *self.levels]

    def places(self) -> Iterator[dict[str, Any]]:
        """Give the fields of each level, from the top."""
        for number, level in enumerate(self._names()):
            about = self[f"about_{number}"]
            yield {
                "level": level,
                "name": self[f"name_{number}"],
                "values": self[f"values_{number}"],
                "about": about,
                "open": bool(about.value() or about.errors),
            }

    def trial(self, by: User) -> tuple[Trial, Mapping[str, BoundField]]:
        """Return what was typed as something to try, and the field behind each text by its name.

        A place without a name is not on the way to the line.
        """
        data = self.cleaned_data
        texts = (data["template"], data["schema"], data["specification"])
        draft = authoring.draft(by, self.context, *texts)
        target = Written(data["target"], gettext("target"))
        fields = {
            draft.template.name: self["template"],
            draft.schema.name: self["schema"],
            draft.specification.name: self["specification"],
            target.name: self["target"],
        }
        places = []
        for number, level in enumerate(["", *self.levels]):
            name = data[f"name_{number}"]
            if not name:
                continue
            place = named(level, name)
            values, about = (
                Written(data[f"{kind}_{number}"], words % {"place": place})
                for kind, words in (
                    ("values", gettext("values of %(place)s")),
                    ("about", gettext("about %(place)s")),
                )
            )
            fields |= {values.name: self[f"values_{number}"], about.name: self[f"about_{number}"]}
            places.append(TrialPlace(level or Node.Kind.CONTEXT.value, name, values, about))
        return Trial(draft, places, target, data["instance"], self.levels), fields


def from_example(context: Context) -> dict[str, str]:
    """Return what an empty playground starts with."""
    last = len(context.levels)
    values = {0: example.FIRST, last: example.LAST}
    initial = {
        "template": example.TEMPLATE,
        "schema": example.SCHEMA,
        "specification": example.SPECIFICATION,
        "instance": "dashboard",
        "target": example.TARGET,
    }
    for number, level in enumerate([str(context), *context.levels]):
        initial[f"name_{number}"] = level if number in {0, last} else f"{level} 1"
        initial[f"values_{number}"] = values.get(number, "")
    initial[f"name_{last}"] = "Line 3"
    if last > 1:
        initial[f"about_{last - 1}"] = example.ABOUT
    return initial


def from_start(context: Context, start: Start) -> dict[str, str]:
    """Return the texts of a stored version and of the places down to a line."""
    initial = {
        "template": start.template,
        "schema": start.schema,
        "specification": start.specification,
        "instance": start.instance,
        "target": start.target,
    }
    known = {Node.Kind.CONTEXT.value: 0} | {
        level: number for number, level in enumerate(context.levels, 1)
    }
    for place in start.places:
        number = known.get(place.level, 0)
        initial |= {
            f"name_{number}": place.name,
            f"values_{number}": place.values,
            f"about_{number}": place.about,
        }
    if not start.places:
        initial |= {
            f"name_{number}": level for number, level in enumerate([str(context), *context.levels])
        }
    return initial
