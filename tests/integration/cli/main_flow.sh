#!/usr/bin/env bash
# The main flow, as a pipeline would do it: nothing but `sitewright` and a POSIX shell.
# Wants SITEWRIGHT_URL and SITEWRIGHT_TOKEN, PYTHON, and AGENT: a command that runs an agent.
set -euo pipefail

sitewright() { "$PYTHON" -m cli "$@"; }
field() { "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
expect() { # expect CODE COMMAND...: the exit code is what a script decides by
  local wanted=$1 code=0
  shift
  "$@" >/dev/null 2>&1 || code=$?
  [ "$code" -eq "$wanted" ] || { echo "exit code $code instead of $wanted: $*" >&2; exit 1; }
}

# A place with lines, and an agent for them.
sitewright context create contoso --level Factory --level Line
sitewright site create-factory plant --parent contoso --lines 2
secret=$(sitewright agent token --at plant --auto-approve -o json | field secret)
$AGENT --token "$secret" &
agent=$!
trap 'kill "$agent"; wait "$agent" || true' EXIT

# A solution, its values, and one line to begin with.
sitewright new solution filler --context contoso
expect 0 sitewright apply -f filler --dry-run
sitewright apply -f filler
sitewright apply -f filler | grep -q '^Nothing to change'
sitewright configuration set plant MaxTemperature=90 --solution filler
sitewright target review plant-line-1 --solution filler -o json | grep -q '"WarnAt": 85'
sitewright target publish plant-line-1 --solution filler
sitewright target install plant-line-1 --solution filler --wait

# All lines, then back to what line 1 ran before.
sitewright configuration set plant MaxTemperature=95 --solution filler
sitewright solution-template bulk-publish filler --under plant --wait
sitewright solution-template bulk-deploy filler --under plant --wait
sitewright target resolved plant-line-1 --solution filler | grep -q '^WarnAt: 90$'
deployment=$(sitewright deployment list --target plant-line-1 -o json |
  "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])')
sitewright deployment rollback "$deployment" --wait
sitewright target solution-revision-list plant-line-1 | grep -q '^[0-9]* *1\.0\.0\.1 .* yes '

# What is not there, what cannot be used, what is in the way.
expect 3 sitewright target show nowhere
expect 2 sitewright configuration set plant MaxTemperature=hot --solution filler
expect 4 sitewright target delete plant-line-1 --yes

sitewright target uninstall plant-line-1 plant-line-2 --solution filler --wait
echo "the main flow is through"
