#!/bin/bash
# Sets up, or brings up to date, what ./bldr needs: a few Debian packages and the Python packages of requirements.txt
# in .venv. With --dev also what ./test.sh needs. Run it as often as you like, two at once too: it does only what is missing.
set -euo pipefail
export PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
here=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd -P)
cd -- "$here"
venv=$here/.venv
python=${PYTHON:-/usr/bin/python3}

say() { printf '%s\n' "$*" >&2; }
die() { say "update.sh: $*"; exit 1; }

wanted=(requirements.txt)
case "${1:-}" in
    "") ;;
    --dev) wanted+=(requirements-dev.txt) ;;
    *) say "usage: ./update.sh [--dev]"; exit 2 ;;
esac

missing_packages() {
    { [[ -x $python ]] && "$python" -c 'import ensurepip, venv' 2>/dev/null; } || printf 'python3-venv '
    command -v git >/dev/null || printf 'git '
    command -v ssh >/dev/null || printf 'openssh-client '
}

install_packages() {
    local packages as_root=()
    read -ra packages <<<"$(missing_packages)" || true
    (( ${#packages[@]} )) || return 0
    if (( EUID != 0 )); then
        command -v sudo >/dev/null ||
            die "missing packages: ${packages[*]}. Not root, and there is no sudo: as root, run: apt-get install ${packages[*]}"
        as_root=(sudo)
    fi
    command -v apt-get >/dev/null ||
        die "missing: ${packages[*]}. This is no Debian (no apt-get): install them by your system's own means."
    say "installing ${packages[*]}"
    "${as_root[@]}" apt-get -qq update >&2 || die "apt-get update failed (see above)"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends "${packages[@]}" >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; die "could not install ${packages[*]} (see above)"; }
}

make_venv() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "$python is $("$python" -V); Python 3.11 or newer is needed (PYTHON=/path/to/python3 chooses another)"
    # A venv whose Python is gone or was upgraded (3.11 to 3.13, say) is made anew.
    if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
        say "making .venv with $("$python" -V)"
        "$python" -m venv --clear "$venv" >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "could not make $venv"; }
    fi
}

up_to_date() { cmp -s "$1" "$venv/$1"; }

# pip's lines, on a terminal as one line that changes; otherwise nothing.
show() {
    local line
    while read -r line; do
        if [[ -t 2 ]]; then printf '\r\033[K  %.76s' "$line" >&2; fi
    done
    if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
}

install_python_packages() {
    local file=$1
    up_to_date "$file" && return 0
    local start=$SECONDS
    say "installing $file into .venv (up to a minute the first time)"
    rm -f "$venv/$file"
    "$venv/bin/python" -m pip --disable-pip-version-check --no-input install --require-hashes -r "$file" 2>&1 |
        tee "$log" | show || { tail -n 20 "$log" >&2; die "pip could not install $file (see above)"; }
    cp -- "$file" "$venv/$file.new"
    mv -- "$venv/$file.new" "$venv/$file" # the stamp, last of all
    say "$file installed ($((SECONDS - start)) s)"
}

# The lock is on the folder itself: it leaves no file behind, and goes with the process that holds it.
exec 9<"$here"
if ! flock --nonblock 9; then
    say "another ./update.sh is at work here: waiting for it"
    flock 9
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'say "stopped; run it again and it goes on"; exit 130' INT
install_packages
make_venv
for file in "${wanted[@]}"; do install_python_packages "$file"; done
