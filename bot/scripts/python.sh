# Sourced, in the bot's folder: makes `python` the one of the bot's virtualenv, and `continuum` importable in a checkout.
if [ -x venv/bin/python ]; then
    PATH="$PWD/venv/bin:$PATH"
fi
if [ ! -d continuum ]; then
    export PYTHONPATH="$PWD/..${PYTHONPATH:+:$PYTHONPATH}"
fi
