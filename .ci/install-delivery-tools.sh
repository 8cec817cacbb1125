#!/usr/bin/env bash
# Builds the programs of delivery into .tools/bin, pinned Go modules each (Go checks their sums): install-delivery-tools.sh NAME...
# actionlint checks the workflows; syft writes bills of materials; registry is a small OCI registry for `make ci-local`; cosign signs.
set -euo pipefail
cd "$(dirname "$0")/.."
declare -A modules=(
    [actionlint]=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
    [syft]=github.com/anchore/syft/cmd/syft@v1.57.1
    [registry]=github.com/google/go-containerregistry/cmd/registry@v0.22.1
    [crane]=github.com/google/go-containerregistry/cmd/crane@v0.22.1
    [cosign]=github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3
)
bin="$PWD/.tools/bin"
mkdir -p "$bin"
for name in "$@"; do
    module="${modules[$name]}"
    # The stamp names the version, so that a raised pin builds anew.
    stamp="$bin/.$name-${module##*@}"
    if [[ -x "$bin/$name" && -e "$stamp" ]]; then continue; fi
    echo "delivery-tools: building $name ${module##*@}"
    GOBIN="$bin" CGO_ENABLED=0 go install -trimpath -ldflags "-s -w" "$module"
    rm -f "$bin/.$name-"*
    touch "$stamp"
done
