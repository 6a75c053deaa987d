"""Other configuration tools, given the same fleet.

The expressions of the data set are written anew for each, the way its own users would. None has
rules, provenance or a hash: they do less than the engine.
"""

import importlib
import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.bench.fleet import EXPRESSIONS, PLAIN, Line, fleet
from tests.bench.floors import Configurations, Contestant, merged

_DOCUMENT = ",".join(
    [f'"{key}": {{{{ {key} }}}}' for key in PLAIN]
    + [f'"Sum{n}": {{{{ Key0{n} + Key1{n} }}}}' for n in range(5)]
    + [f'"Url{n}": "http://{{{{ Host }}}}:{{{{ Key0{n} }}}}/api"' for n in range(5)]
    + [f'"Mode{n}": "{{{{ "HIGH" if Key0{n} > 50 else "low" }}}}"' for n in range(5)]
    + [f'"Pick{n}": {{{{ Unset{n} | default(Key2{n}) }}}}' for n in range(5)]
)


@dataclass(frozen=True)
class Peer:
    """A tool by the module it is; a `slow` one is given only a few lines."""

    name: str
    module: str
    does: str
    run: Contestant
    slow: bool = False


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
    config = importlib.import_module("omegaconf").OmegaConf
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


def reclass(lines: Iterable[Line]) -> Configurations:
    """Render an inventory of files; references are all the expressions there are: no sums."""
    wanted = [line.name for line in lines]
    folder = _inventory(len(wanted))
    inventory = importlib.import_module("reclass_rs").Reclass(inventory_path=folder.name)
    nodes = inventory.inventory().nodes
    for name in wanted:
        found = nodes[name].parameters
        yield {key: found[key] for key in (*PLAIN, *(f"Url{n}" for n in range(5)))}


@cache
def _inventory(size: int) -> tempfile.TemporaryDirectory[str]:
    """Write the first lines of the fleet as files, beforehand as such files always are."""
    folder = tempfile.TemporaryDirectory(prefix="inventory-")
    classes, nodes = Path(folder.name, "classes"), Path(folder.name, "nodes")
    classes.mkdir()
    nodes.mkdir()
    urls = {f"Url{n}": f"http://${{Host}}:${{Key0{n}}}/api" for n in range(5)}
    for line in fleet(size):
        for place in line.above:
            text = json.dumps({"parameters": place.values})
            Path(classes, f"{place.name}.yml").write_text(text)
        document = {
            "classes": [place.name for place in line.above],
            "parameters": {**line.node.values, **urls},
        }
        Path(nodes, f"{line.name}.yml").write_text(json.dumps(document))
    return folder


PEERS = (
    Peer("rjsonnet", "rjsonnet", "the whole fleet in one evaluation", jsonnet),
    Peer("Jinja2", "jinja2", "one precompiled document, rendered and read back", jinja),
    Peer(
        "reclass-rs", "reclass_rs", "files; references, but no sums or choices", reclass, slow=True
    ),
    Peer("OmegaConf", "omegaconf", "merge and interpolation", omegaconf, slow=True),
)
