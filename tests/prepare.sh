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

missing=
has chromium chromium-browser google-chrome || missing="$missing chromium"
has soffice libreoffice || missing="$missing libreoffice-calc-nogui"
if [ -z "$missing" ]; then
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root='sudo -n'
fi
if ! command -v apt-get >/dev/null 2>&1 || ! $as_root true 2>/dev/null; then
    echo "The tests need$missing: install them" \
        "(on Debian and Ubuntu: sudo apt-get install$missing)." >&2
    exit 1
fi
echo "Installing for the tests:$missing ..."
$as_root apt-get update -qq
for name in $missing; do
    # A table program brings half a desktop along, unless it is told not to.
    case $name in
        libreoffice*) only=--no-install-recommends ;;
        *) only= ;;
    esac
    # shellcheck disable=SC2086  # may be empty
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -qq -y $only "$name" >/dev/null
done
if ! has chromium chromium-browser google-chrome || ! has soffice libreoffice; then
    echo 'They could not be installed; install them by hand.' >&2
    exit 1
fi
