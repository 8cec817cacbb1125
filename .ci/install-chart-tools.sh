#!/usr/bin/env bash
# Brings the tools of the chart tests into .tools/bin: helm, built from a pinned Go module, renders the chart; promtool tests the alert
# rules (and prometheus, from the same package, serves `make pictures`); nginx runs the web configuration. The last three are taken out of
# Debian's packages where apt is. Called by `make chart-tools` and by CI. Nothing at run time needs them; `make test` skips the tests that
# do, saying so, where they are absent.
set -euo pipefail
cd "$(dirname "$0")/.."

HELM_VERSION=v4.3.1
PROMTOOL_VERSION=v0.316.0
bin="$PWD/.tools/bin"
mkdir -p "$bin"

# The stamp names the version, so that a raised pin builds anew.
build() { # build NAME VERSION PACKAGE
    local stamp="$bin/.$1-$2"
    if [[ -x "$bin/$1" && -e "$stamp" ]]; then return; fi
    if ! command -v go >/dev/null; then
        echo "chart-tools: Go is not installed; $1 cannot be built" >&2
        exit 1
    fi
    echo "chart-tools: building $1 $2"
    GOBIN="$bin" CGO_ENABLED=0 go install -trimpath -ldflags "-s -w" "$3@$2"
    rm -f "$bin/.$1-"*
    touch "$stamp"
}

# Takes programs out of Debian packages without installing them; needs no root.
from_debian() { # from_debian "PACKAGE..." "PROGRAM..."
    local folder program
    command -v apt-get >/dev/null || return 1
    folder="$(mktemp -d)"
    echo "chart-tools: taking $2 out of Debian's packages ($1)"
    (
        cd "$folder" || exit
        apt-get download -qq $1 || { apt-get update -qq && apt-get download -qq $1; } # a new machine has no lists yet
        for package in *.deb; do dpkg -x "$package" .; done
        for program in $2; do install -m 755 "$program" "$bin/"; done
        if [[ -e etc/nginx/mime.types ]]; then install -m 644 etc/nginx/mime.types "$bin/"; fi
    ) >/dev/null 2>&1 || true
    rm -rf "$folder"
    for program in $2; do [[ -x "$bin/${program##*/}" ]] || return 1; done
}

build helm "$HELM_VERSION" helm.sh/helm/v4/cmd/helm
if [[ ! -x "$bin/promtool" ]] && ! from_debian prometheus "usr/bin/promtool usr/bin/prometheus"; then
    build promtool "$PROMTOOL_VERSION" github.com/prometheus/prometheus/cmd/promtool
fi
if [[ ! -x "$bin/nginx" ]] && ! command -v nginx >/dev/null && ! from_debian "nginx nginx-common" usr/sbin/nginx; then
    echo "chart-tools: no nginx and no Debian packages; the web configuration will not be run" >&2
fi
