#!/bin/sh
# Chromium for the tests that open pages. Without it those tests skip and say so, so this never fails.
set -u

for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done

say() { printf '%s\n' "$*" >&2; }

root=""
if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        say "Chromium is not here and installing it needs root; the tests that open pages will skip."
        exit 0
    fi
    root="sudo -n"
fi
if ! command -v apt-get >/dev/null 2>&1; then
    say "Chromium is not here and there is no apt-get to install it with; the tests that open pages will skip."
    exit 0
fi
say "Installing Chromium for the tests that open pages"
# A fresh machine has no package lists yet.
if ! { $root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1; then
    say "Chromium could not be installed; the tests that open pages will skip."
fi
exit 0
