#!/usr/bin/env bash
# Builds Kubernetes' own API server, its etcd and kubectl into .tools/bin, of the oldest version that Knative takes, for `make test-cluster`.
# Kubernetes keeps its libraries in its own tree and replaces them there, so `go install` refuses it: a copy of its go.mod that names the published
# libraries instead builds the same code, every sum checked. A quarter of an hour the first time; Go's build cache makes it a minute later.
# Says why and ends with status 3 where it cannot: BUILD_SECONDS bounds the time it takes (900).
set -euo pipefail
cd "$(dirname "$0")/.."
version=v1.34.4
bin="$PWD/.tools/bin"
stamp="$bin/.kube-$version"
programs=(kube-apiserver kubectl etcd)
if [[ -e "$stamp" && -x "$bin/kube-apiserver" && -x "$bin/kubectl" && -x "$bin/etcd" ]]; then exit 0; fi
cannot() { echo "cluster: NOT built: $1" >&2 && exit 3; }
command -v go >/dev/null || cannot "Go is not installed"
mkdir -p "$bin"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
go mod download -json "k8s.io/kubernetes@$version" >"$work/module.json" 2>"$work/errors.txt" || cannot "$(tail -c 300 "$work/errors.txt")"
source="$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' "$work/module.json")"
cp "$source/go.mod" "$source/go.sum" "$work/"
chmod u+w "$work"/go.*
sed -i -E "s#^(\s*)(k8s\.io/[a-z-]+) => \./staging/src/.*#\1\2 => \2 v0.${version#v1.}#" "$work/go.mod"
echo "cluster: building ${programs[*]} of Kubernetes $version, at most ${BUILD_SECONDS:=900} s"
build() { # build NAME PACKAGE
    # shellcheck disable=SC2016 # positional
    GOWORK=off GOFLAGS=-mod=mod timeout "$((BUILD_SECONDS > SECONDS ? BUILD_SECONDS - SECONDS : 1))" nice go -C "$source" build -modfile="$work/go.mod" -trimpath \
        -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$version -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34" \
        -o "$bin/$1" "$2" 2>"$work/errors.txt" || cannot "$1: $(tail -c 400 "$work/errors.txt") (status $?)"
}
build kube-apiserver ./cmd/kube-apiserver
build kubectl ./cmd/kubectl
build etcd go.etcd.io/etcd/server/v3
rm -f "$bin"/.kube-*
touch "$stamp"
