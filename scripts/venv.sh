#!/bin/sh
# Makes a Python environment of Kiln's and prints the path of its interpreter.
#
#   venv.sh                the one in which reference outputs are computed, from scripts/requirements.txt
#   venv.sh NAME FILE...   another one; its requirements files list what their packages need too
#
# It lives in Kiln's cache, so every clone on a machine shares it, and is made anew when its requirements change.
set -eu
scripts=$(cd "$(dirname "$0")" && pwd)
cache=${KILN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kiln}
if [ $# = 0 ]; then
    name=venv
    alone=
    set -- "$scripts/requirements.txt"
else
    name=$1
    alone=--no-deps
    shift
fi
venv=$cache/$name

mkdir -p "$cache"
exec 9>"$cache/$name.lock"
flock 9
if ! cat "$@" | cmp -s - "$venv/requirements.txt"; then
    echo "venv: installing $(cat "$@" | grep -c ==) Python packages into $venv" >&2
    # Debian's own interpreter, so that the environment does not depend on what else a user put on PATH.
    python=/usr/bin/python3
    [ -x "$python" ] || python=python3
    rm -rf "$venv"
    "$python" -m venv "$venv" >&2
    cat "$@" >"$venv/requirements.new"
    "$venv/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check $alone \
        -r "$venv/requirements.new" >&2
    "$venv/bin/python" "$scripts/cuda_stand_ins.py"
    mv "$venv/requirements.new" "$venv/requirements.txt"
fi
echo "$venv/bin/python"
