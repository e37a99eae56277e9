#!/bin/bash
# Every test: lint, types, units, and real machines on a local cloud of its own. Sets up what it needs by itself.
#   ./test.sh                      all of it (the machines need root)
#   ./test.sh --quick              all but the machines
#   ./test.sh tests/builder -k x   pytest with these arguments, nothing else
set -euo pipefail
export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH"
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")"

say() { printf '\n== %s\n' "$*"; }

# PostgreSQL, nginx, a browser and wrong clocks for the applications' tests, shellcheck for the scripts
missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
command -v nginx >/dev/null || missing+=(nginx-light)
command -v chromium >/dev/null || missing+=(chromium)
command -v faketime >/dev/null || missing+=(faketime)
command -v shellcheck >/dev/null || missing+=(shellcheck)
# The tests start their own servers: a package installed for them shall start none on this computer's ports.
install_packages() (
    local as_root=() policy
    (( EUID == 0 )) || as_root=(sudo)
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e $policy ]]; then # one that is there is somebody's own
        trap '"${as_root[@]}" rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
    fi
    "${as_root[@]}" apt-get -qq update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "$@" >/dev/null
)
if (( ${#missing[@]} )); then
    say "installing ${missing[*]}"
    install_packages "${missing[@]}"
fi
./update.sh --dev
bin=$PWD/.venv/bin

case "${1:-}" in
    "" | --quick) ;;
    *) exec "$bin/python" -m pytest "$@" ;;
esac

say "lint"
"$bin/ruff" check .
"$bin/ruff" format --check .
"$bin/yamllint" --strict .
git ls-files 'salt/*.sls' | xargs "$bin/salt-lint"
git ls-files | xargs -r grep -lE '^#!/bin/(ba)?sh' -- | xargs -r shellcheck -x -S warning

say "types"
"$bin/mypy" builder cloudformation localcloud continuum bot lax website dashboard salt/machine fabfile.py create_s3_resources.py

say "tests"
if [[ ${1:-} == --quick ]]; then
    exec "$bin/python" -m pytest -m 'not machines'
fi
exec "$bin/python" -m pytest
