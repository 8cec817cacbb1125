#!/usr/bin/env bash
# Builds the tools of the chart tests from pinned Go modules into .tools/bin: helm (renders the chart) and promtool (tests the alert
# rules). Called by `make chart-tools` and by CI. Nothing at run time needs them, and `make test` skips their tests, saying so,
# where they are absent.
set -euo pipefail
cd "$(dirname "$0")/.."

HELM_VERSION=v4.3.1
bin="$PWD/.tools/bin"
mkdir -p "$bin"

if ! command -v go >/dev/null; then
    echo "chart-tools: Go is not installed; helm and promtool cannot be built" >&2
    exit 1
fi

# The stamp names the versions, so that a raised pin builds anew.
build() { # build NAME VERSION PACKAGE
    local stamp="$bin/.$1-$2"
    if [[ -x "$bin/$1" && -e "$stamp" ]]; then return; fi
    echo "chart-tools: building $1 $2"
    GOBIN="$bin" CGO_ENABLED=0 go install -trimpath -ldflags "-s -w" "$3@$2"
    rm -f "$bin/.$1-"*
    touch "$stamp"
}

build helm "$HELM_VERSION" helm.sh/helm/v4/cmd/helm
