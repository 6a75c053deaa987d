"""What the engine is measured against: floors in plain Python, and other configuration tools.

Each takes the lines of the fleet and gives their configurations. The expressions of the data set
are written anew for each, the way its own users would.
"""

import hashlib
import importlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.bench.fleet import EXPRESSIONS, PLAIN, Line

Configurations = Iterator[dict[str, Any]]
Contestant = Callable[[Iterable[Line]], Configurations]


def merged(line: Line) -> dict[str, Any]:
    """Give the values of a line, lowest level first."""
    values: dict[str, Any] = {}
    for node in line.path:
        values.update(node.values)
    return values


def plain_merge(lines: Iterable[Line]) -> Configurations:
    """Merge dictionaries and nothing else; the keys with expressions are left out."""
    for line in lines:
        values = merged(line)
        yield {key: values[key] for key in PLAIN}


def plain_python(lines: Iterable[Line]) -> Configurations:
    """Merge, evaluate hand-written Python, write canonical JSON, hash: no rules, no origins."""
    for line in lines:
        values = merged(line)
        config = {key: values[key] for key in PLAIN}
        for n in range(5):
            config[f"Sum{n}"] = values[f"Key0{n}"] + values[f"Key1{n}"]
            config[f"Url{n}"] = f"http://{values['Host']}:{values[f'Key0{n}']}/api"
            config[f"Mode{n}"] = "HIGH" if values[f"Key0{n}"] > 50 else "low"
            unset = values.get(f"Unset{n}")
            config[f"Pick{n}"] = values[f"Key2{n}"] if unset is None else unset
        content = json.dumps(config, sort_keys=True, separators=(",", ":"))
        hashlib.sha256(content.encode()).hexdigest()
        yield config


_DOCUMENT = ",".join(
    [f'"{key}": {{{{ {key} }}}}' for key in PLAIN]
    + [f'"Sum{n}": {{{{ Key0{n} + Key1{n} }}}}' for n in range(5)]
    + [f'"Url{n}": "http://{{{{ Host }}}}:{{{{ Key0{n} }}}}/api"' for n in range(5)]
    + [f'"Mode{n}": "{{{{ "HIGH" if Key0{n} > 50 else "low" }}}}"' for n in range(5)]
    + [f'"Pick{n}": {{{{ Unset{n} | default(Key2{n}) }}}}' for n in range(5)]
)


def jinja(lines: Iterable[Line]) -> Configurations:
    """Render one precompiled Jinja2 document for each line and read it."""
    environment = importlib.import_module("jinja2").Environment(autoescape=False)
    template = environment.from_string("{" + _DOCUMENT + "}")
    for line in lines:
        yield json.loads(template.render(merged(line)))


_JSONNET = """
local resolve(v) = {
%s
};
local above = std.parseJson(std.extVar('above'));
local lines = std.parseJson(std.extVar('lines'));
[resolve(std.foldl(function(all, one) all + one, above[line[0]] + [line[1]], {})) for line in lines]
"""


def jsonnet(lines: Iterable[Line]) -> Configurations:
    """Evaluate the whole fleet in one Jsonnet program."""
    fields = (
        [f"{key}: v.{key}" for key in PLAIN]
        + [f"Sum{n}: v.Key0{n} + v.Key1{n}" for n in range(5)]
        + [f"Url{n}: 'http://' + v.Host + ':' + v.Key0{n} + '/api'" for n in range(5)]
        + [f"Mode{n}: if v.Key0{n} > 50 then 'HIGH' else 'low'" for n in range(5)]
        + [f"Pick{n}: if 'Unset{n}' in v then v.Unset{n} else v.Key2{n}" for n in range(5)]
    )
    above: dict[str, list[Any]] = {}
    leaves = []
    for line in lines:
        name = line.above[-1].name
        above.setdefault(name, [node.values for node in line.above])
        leaves.append([name, line.node.values])
    variables = {"above": json.dumps(above), "lines": json.dumps(leaves)}
    program = _JSONNET % ",\n".join(fields)
    evaluate = importlib.import_module("rjsonnet").evaluate_snippet
    yield from json.loads(evaluate("fleet.jsonnet", program, ext_vars=variables))


def omegaconf(lines: Iterable[Line]) -> Configurations:
    """Merge with OmegaConf and resolve interpolations; operators are custom resolvers."""
    module = importlib.import_module("omegaconf")
    config = module.OmegaConf
    config.register_resolver("add", lambda a, b: a + b, replace=True)
    config.register_resolver("mode", lambda a: "HIGH" if a > 50 else "low", replace=True)
    document = (
        {f"Sum{n}": f"${{add:${{Key0{n}}},${{Key1{n}}}}}" for n in range(5)}
        | {f"Url{n}": f"http://${{Host}}:${{Key0{n}}}/api" for n in range(5)}
        | {f"Mode{n}": f"${{mode:${{Key0{n}}}}}" for n in range(5)}
        | {f"Pick{n}": f"${{oc.select:Unset{n},${{Key2{n}}}}}" for n in range(5)}
    )
    for line in lines:
        layers = [config.create(node.values) for node in line.path]
        whole = config.merge(*layers, config.create(document))
        resolved = config.to_container(whole, resolve=True)
        yield {key: resolved[key] for key in (*PLAIN, *EXPRESSIONS)}


PEERS: dict[str, tuple[str, Contestant]] = {
    "rjsonnet, one evaluation": ("rjsonnet", jsonnet),
    "Jinja2, one document": ("jinja2", jinja),
    "OmegaConf": ("omegaconf", omegaconf),
}
