#!/bin/bash
# Runs one step of the training in its own Python environment, which is made on the first call.
#   VAKTRA_DATA=/path/to/data bash models/training/python.sh -m face.track
set -euo pipefail
cd "$(dirname "$0")"
if [ ! -e .venv/ready ]; then
  echo "training: installing requirements.txt into models/training/.venv" >&2
  python3 -m venv .venv
  .venv/bin/pip install --quiet --requirement requirements.txt >&2
  touch .venv/ready
fi
exec .venv/bin/python "$@"
