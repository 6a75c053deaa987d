"""Every environment variable that the control plane reads is documented, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r"\benv\.\w+\(\s*\"([A-Z_]+)\"")
DOCUMENTED = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)


def test_variables_are_documented() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "portal").rglob("*.py")]
    read = {name for source in sources for name in READ.findall(source)}
    documented = DOCUMENTED.findall((ROOT / "docs/settings.md").read_text(encoding="utf-8"))
    assert read == set(documented)
    assert len(documented) == len(set(documented))
