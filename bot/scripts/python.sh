# Sourced, in the bot's folder: `python` becomes the virtualenv's, and in a checkout `continuum` is found beside `bot`.
if [ -x venv/bin/python ]; then
    PATH="$PWD/venv/bin:$PATH"
elif [ -x ../.venv/bin/python ]; then
    PATH="$PWD/../.venv/bin:$PATH"
fi
if [ ! -d continuum ]; then
    export PYTHONPATH="$PWD/..${PYTHONPATH:+:$PYTHONPATH}"
fi
