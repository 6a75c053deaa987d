"""The main flow as a shell script: what a pipeline sees are exit codes and standard output."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.integration.cli.terminal import ROOT, Terminal

SCRIPT = Path(__file__).with_name("main_flow.sh")


def test_a_script_takes_a_solution_to_its_lines_and_back(
    server: str, root: Terminal, tmp_path: Path
) -> None:
    kept = Path(root.environment()["SITEWRIGHT_CONFIG"]).read_text(encoding="utf-8")
    bash = shutil.which("bash")
    assert bash
    agent = f"{sys.executable} -m agent.simulate --server {server} --count 1"
    environment = Terminal(tmp_path).environment(
        SITEWRIGHT_URL=server,
        SITEWRIGHT_TOKEN=json.loads(kept)["token"],
        PYTHON=sys.executable,
        AGENT=agent,
        PYTHONPATH=str(ROOT),
    )
    done = subprocess.run(
        [bash, str(SCRIPT)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stdout.endswith("the main flow is through\n")
