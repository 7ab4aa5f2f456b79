#!/bin/sh
# Makes the virtual environment that target.json starts the server in.
set -eu
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/pip install --quiet --requirement requirements.txt
