"""Brings the demo's database up to date and says which agents still have to enrol.

Prints one line of JSON: a fresh enrolment secret by factory name, for the
factories that have no agent yet.
"""

import argparse
import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.management import call_command

from demo import company, seed
from orchestration.models import Agent, Context, Node


def main() -> None:
    """Migrate, seed an empty database, and print the secrets."""
    parser = argparse.ArgumentParser(prog="demo.prepare")
    parser.add_argument("--line-ports", type=int, required=True)
    chosen = parser.parse_args()
    call_command("migrate", interactive=False, verbosity=0)
    if not Context.objects.exists():
        seed.seed(chosen.line_ports)
    secrets = {}
    for plan in company.FACTORIES:
        node = Node.objects.get(name=plan.name)
        if not Agent.objects.filter(node=node).exists():
            secrets[plan.name] = seed.enrolment_secret(node)
    sys.stdout.write(json.dumps(secrets) + "\n")


if __name__ == "__main__":
    main()
