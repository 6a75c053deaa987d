"""Reading the file of a solution or config template."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from orchestration.expressions import Fault, Kind, Problem, Value, split_path
from orchestration.expressions.names import last_name

_KEYS = frozenset({"schema", "dependencies", "configs", "metadata", "name", "version"})


@dataclass(frozen=True, slots=True)
class Injection:
    """What a dependency gets: the section `source` of the dependent, into the array `to`."""

    source: str
    to: str


@dataclass(frozen=True, slots=True)
class Dependency:
    """Another solution that must run; a resource path counts by its last name."""

    template: str
    version: str
    injections: tuple[Injection, ...]


@dataclass(frozen=True, slots=True)
class SolutionDocument:
    """A template as written. `schema_name` is `Name/Version`, empty for none or inline rules."""

    configs: Mapping[str, Value]
    schema_name: str = ""
    inline_schema: Mapping[str, Value] | None = None
    dependencies: tuple[Dependency, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def read_solution(data: Value, name: str = "template") -> SolutionDocument:
    """Read a template file, as `load_yaml` gives it; what is wrong is in `problems`."""
    reader = _Reader(name)
    if not isinstance(data, Mapping):
        reader.refuse("", "a template is a map with configs: …")
        return SolutionDocument({}, problems=tuple(reader.problems))
    configs = reader.configs(data)
    schema_name, inline = reader.schema(data.get("schema"))
    dependencies = tuple(reader.dependencies(data.get("dependencies")))
    for extra in sorted(str(key) for key in data if key not in _KEYS):
        reader.warn(extra, f"{extra} is not known in a template and has no effect")
    return SolutionDocument(
        configs,
        schema_name,
        inline,
        dependencies,
        tuple(reader.problems),
        tuple(reader.warnings),
    )


@dataclass(slots=True)
class _Reader:
    name: str
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, key: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(Kind.SCHEMA, key, message, hint, source=self.name))

    def warn(self, key: str, message: str) -> None:
        self.warnings.append(Problem(Kind.SCHEMA, key, message, source=self.name))

    def configs(self, data: Mapping[str, Value]) -> Mapping[str, Value]:
        configs = data.get("configs")
        if isinstance(configs, Mapping):
            return configs
        missing = "configs" not in data
        problem = "the template has no configs" if missing else "configs is not a map of keys"
        self.refuse("configs", problem, "write configs: and the keys below it")
        return {}

    def schema(self, written: Value) -> tuple[str, Mapping[str, Value] | None]:
        if written is None:
            return "", None
        if not isinstance(written, Mapping):
            self.refuse("schema", "schema is a map: name and version, or rules")
            return "", None
        if "rules" in written:
            return "", written
        name, version = written.get("name"), written.get("version")
        if not isinstance(name, str) or not isinstance(version, str):
            self.refuse("schema", "schema needs name and version as text", "quote the version")
            return "", None
        return f"{name}/{version}", None

    def dependencies(self, written: Value) -> Iterator[Dependency]:
        if written is None:
            return
        if not isinstance(written, list):
            self.refuse("dependencies", "dependencies is a list")
            return
        for position, item in enumerate(written):
            at = f"dependencies[{position}]"
            if not isinstance(item, Mapping):
                self.refuse(at, "a dependency is a map with solutionTemplateId")
                continue
            reference = item.get("solutionTemplateId") or item.get("solutionTemplateName")
            if not isinstance(reference, str) or not last_name(reference):
                self.refuse(at, "solutionTemplateId is missing")
                continue
            version = item.get("solutionTemplateVersion") or ""
            injections = tuple(self.injections(at, item.get("configsToBeInjected")))
            yield Dependency(last_name(reference), str(version), injections)

    def injections(self, at: str, written: Value) -> Iterator[Injection]:
        if not isinstance(written, Sequence) or isinstance(written, str):
            if written is not None:
                self.refuse(at, "configsToBeInjected is a list of from and to")
            return
        for item in written:
            try:
                source, to = item["from"], item["to"]
                split_path(source)
                split_path(to)
            except (Fault, KeyError, TypeError):
                self.refuse(at, "configsToBeInjected needs from and to, both paths of keys")
                continue
            yield Injection(source, to)
