#!/usr/bin/env bash
# `make ci-local`: the stages of a release on this machine, by the scripts that the workflow calls. Lint; build; push into a registry on
# 127.0.0.1, signed with a key made for the occasion; a signature of somebody else is refused; then the canary, the verification and the
# rollback against a running bundle (tests/delivery), and helm's part of it on a real API server (tests/cluster). Needs root, buildah, mmdebstrap and Go. Stops what it started.
set -euo pipefail
cd "$(dirname "$0")/../.."
.ci/install-delivery-tools.sh registry crane cosign syft
work="$(mktemp -d)"
port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
.tools/bin/registry -port "$port" >"$work/registry.log" 2>&1 &
trap 'kill %1 2>/dev/null; rm -rf "$work"' EXIT
export REGISTRY="127.0.0.1:$port/obsidianlist" VERSION=rehearsal OUT="$work/out" INSECURE=1 COSIGN_PASSWORD=
for folder in ours others; do (mkdir "$work/$folder" && cd "$work/$folder" && "$OLDPWD/.tools/bin/cosign" generate-key-pair 2>/dev/null); done
export COSIGN_KEY="$work/ours/cosign.key" COSIGN_PUBLIC_KEY="$work/ours/cosign.pub"

echo "ci-local: 1 lint" && make --no-print-directory lint
echo "ci-local: 2 build" && .ci/deploy/build.sh
# shellcheck disable=SC1091 # written by build.sh
. "$OUT/images.env" && export FUNCTIONS WEB
if .ci/deploy/check-signature.sh "$FUNCTIONS" 2>/dev/null; then echo "ci-local: an unsigned image was taken for ours" && exit 1; fi
echo "ci-local: 3 push" && .ci/deploy/push.sh
if COSIGN_PUBLIC_KEY="$work/others/cosign.pub" .ci/deploy/check-signature.sh "$FUNCTIONS" 2>/dev/null; then
    echo "ci-local: a stranger's signature was taken for ours" && exit 1
fi
# What follows has images, keys and a registry of its own, as the workflow's jobs have.
unset REGISTRY VERSION OUT INSECURE COSIGN_PASSWORD COSIGN_KEY COSIGN_PUBLIC_KEY FUNCTIONS WEB
echo "ci-local: 4 and 5, deploy, verify, roll back" && .venv/bin/python -m pytest tests/delivery
echo "ci-local: 4 on a real API server" && make --no-print-directory test-cluster
echo "ci-local: every stage held, in $SECONDS s"
