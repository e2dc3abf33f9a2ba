#!/bin/sh
# Make sure that the programs are there that the tests open pages and tables with, or
# say what to install.
set -eu

has() {
    for name in "$@"; do
        if command -v "$name" >/dev/null 2>&1; then
            return 0
        fi
    done
    return 1
}

# The browser without a window needs half the computing time of the whole one, which
# does as well where there is no such package.
light=chromium-headless-shell
has_browser() {
    has "$light" chromium chromium-browser google-chrome
}
has_tables() {
    has soffice libreoffice
}

if has_browser && has_tables; then
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root='sudo -n'
fi
if ! command -v apt-get >/dev/null 2>&1 || ! $as_root true 2>/dev/null; then
    echo 'The tests need Chromium and LibreOffice: install them (on Debian and' \
        'Ubuntu: sudo apt-get install chromium libreoffice-calc-nogui).' >&2
    exit 1
fi

install() {
    echo "Installing for the tests: $* ..."
    # Each would bring half a desktop along, unless it is told not to.
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -qq -y \
        --no-install-recommends "$@" >/dev/null
}

$as_root apt-get update -qq
# What drives the browser needs libatomic1.
with='fonts-liberation libatomic1'
# shellcheck disable=SC2086  # two words
has_browser || install "$light" $with || install chromium $with
has_tables || install libreoffice-calc-nogui
if ! has_browser || ! has_tables; then
    echo 'They could not be installed; install them by hand.' >&2
    exit 1
fi
