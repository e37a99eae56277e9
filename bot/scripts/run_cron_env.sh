#!/bin/bash
# Starts the bot's periodic workflows that are due, to be run every five minutes: ./scripts/run_cron_env.sh continuum
#
# Without a name it is the default_environment of settings.py.
set -euo pipefail

if [ $# -gt 1 ]; then
    echo "usage: $0 [ENVIRONMENT]    (the name of a class in settings.py)" >&2
    exit 2
fi
cd "$(dirname "$0")/.."
. scripts/python.sh
exec python cron.py -e "${1:-}"
