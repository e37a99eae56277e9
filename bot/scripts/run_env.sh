#!/bin/bash
# Runs the bot for an environment: ./scripts/run_env.sh continuum
#
# Without a name it is the default_environment of settings.py. Where systemd looks after the bot (a machine made by
# Salt), the environment is written down for its units and they are restarted: there is never a second set of processes.
# Elsewhere the four processes are started here, in the background; their output goes to nohup.out.
set -euo pipefail

if [ $# -gt 1 ]; then
    echo "usage: $0 [ENVIRONMENT]    (the name of a class in settings.py)" >&2
    exit 2
fi
cd "$(dirname "$0")/.."
. scripts/python.sh

# A wrong name is told here, not in the log of a process that ends at once.
environment=$(python -m bot.command_line "${1:-}")

if systemctl cat elife-bot.target >/dev/null 2>&1; then
    echo "BOT_ENV=$environment" | sudo tee /etc/default/elife-bot >/dev/null
    # Not waited for: each process finishes what it has in hand first.
    sudo systemctl restart --no-block elife-bot.target
    echo "the bot restarts for $environment; see: systemctl list-units 'elife-bot*'"
    exit
fi
for process in decider worker queue_worker queue_workflow_starter; do
    nohup python "$process.py" -e "$environment" >>nohup.out 2>&1 &
    echo "$process.py: process $!"
done
