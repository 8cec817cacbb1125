#!/usr/bin/env bash
# Brings the tools of the chart tests into .tools/bin: helm (renders the chart; built from a pinned Go module) and promtool (tests the
# alert rules; taken out of Debian's prometheus package where apt is, together with the server that `make pictures` runs; else built).
# Called by `make chart-tools` and by CI. Nothing at run time needs them; `make test` skips the tests that do, saying so, where they are
# absent.
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

promtool_from_debian() {
    local folder
    folder="$(mktemp -d)"
    echo "chart-tools: taking promtool from Debian's prometheus package"
    if (cd "$folder" && apt-get download -qq prometheus && dpkg -x prometheus_*.deb .) >/dev/null 2>&1; then
        install -m 755 "$folder/usr/bin/promtool" "$folder/usr/bin/prometheus" "$bin/"
    fi
    rm -rf "$folder"
    [[ -x "$bin/promtool" ]]
}

build helm "$HELM_VERSION" helm.sh/helm/v4/cmd/helm
if [[ ! -x "$bin/promtool" ]] && ! { command -v apt-get >/dev/null && promtool_from_debian; }; then
    build promtool "$PROMTOOL_VERSION" github.com/prometheus/prometheus/cmd/promtool
fi
