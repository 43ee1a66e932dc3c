#!/bin/sh
# Makes .venv with what is asked for, and marks it as made: make-environment.sh WHAT STAMP...
# The stamps are written last, so an installation that was interrupted is done again.
set -eu

python="${PYTHON:-python3}"
what="$1"
shift

say() { printf '%s\n' "$*" >&2; }

if ! command -v "$python" >/dev/null 2>&1; then
    say "There is no $python here. Install Python 3.11 or newer, or name another: make setup PYTHON=python3.12"
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "$("$python" --version) is too old: Baton needs 3.11 or newer. Name another: make setup PYTHON=python3.12"
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    say "This Python cannot make an environment: its venv or ensurepip is missing."
    say "On Debian and Ubuntu: sudo apt install python3-venv"
    exit 1
fi
# An environment whose Python has gone, or that was moved here from elsewhere, is made anew.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "Making the environment .venv"
    "$python" -m venv --clear .venv
fi
say "Installing Baton and what it stands on (a minute or two the first time)"
log=.venv/install.log
if ! .venv/bin/python -m pip install --disable-pip-version-check -c constraints.txt -e "$what" >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    say "The installation failed; all of its output is in $log. Is there a way to the package index from here?"
    exit 1
fi
touch "$@"
