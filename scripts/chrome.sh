#!/bin/sh
# Prints the path of a Chrome for the browser tests: the one INSCAPE_CHROME names, one on PATH, or Debian's Chromium,
# which is installed where that is possible without asking anybody: as root, with apt.
set -eu

find_chrome() {
    for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
        if command -v "$name" 2>/dev/null; then
            return 0
        fi
    done
    return 1
}

if [ -n "${INSCAPE_CHROME:-}" ]; then
    if [ ! -x "$INSCAPE_CHROME" ]; then
        echo "error: INSCAPE_CHROME names no program" >&2
        echo "  got:    $INSCAPE_CHROME" >&2
        echo "  remedy: set it to the path of a Chrome or Chromium, or unset it" >&2
        exit 1
    fi
    echo "$INSCAPE_CHROME"
    exit 0
fi

if find_chrome; then
    exit 0
fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser tests" >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install -y --no-install-recommends chromium chromium-driver; } >&2
    if find_chrome; then
        exit 0
    fi
fi

echo "error: the browser tests need Chrome or Chromium" >&2
echo "  got:    none on PATH, and this is no machine where make may install one (root, with apt)" >&2
echo "  remedy: install one, or set INSCAPE_CHROME to the path of one, for example: make test INSCAPE_CHROME=/opt/chrome/chrome" >&2
exit 1
