#!/bin/sh
# Makes the Python environment in which reference outputs are computed, and prints the path of its interpreter.
#
# It lives in Kiln's cache, so every clone on a machine shares it, and is made anew when requirements.txt changes.
set -eu
scripts=$(cd "$(dirname "$0")" && pwd)
cache=${KILN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kiln}
venv=$cache/venv

mkdir -p "$cache"
exec 9>"$cache/venv.lock"
flock 9
if ! cmp -s "$scripts/requirements.txt" "$venv/requirements.txt"; then
    echo "venv: installing $(grep -c == "$scripts/requirements.txt") Python packages into $venv" >&2
    # Debian's own interpreter, so that the environment does not depend on what else a user put on PATH.
    python=/usr/bin/python3
    [ -x "$python" ] || python=python3
    rm -rf "$venv"
    "$python" -m venv "$venv" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$scripts/requirements.txt" >&2
    cp "$scripts/requirements.txt" "$venv/requirements.txt"
fi
echo "$venv/bin/python"
