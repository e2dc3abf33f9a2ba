#!/bin/sh
# Make sure that a browser is there for the tests, or say what to install.
set -eu

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root='sudo -n'
    else
        echo 'The tests need a browser: install Chromium' \
            '(on Debian and Ubuntu: sudo apt-get install chromium).' >&2
        exit 1
    fi
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo 'The tests need a browser: install Chromium.' >&2
    exit 1
fi
echo 'Installing Chromium for the tests ...'
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -qq -y chromium >/dev/null
command -v chromium >/dev/null 2>&1 || {
    echo 'Chromium could not be installed; install it by hand.' >&2
    exit 1
}
