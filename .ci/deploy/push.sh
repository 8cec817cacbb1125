#!/usr/bin/env bash
# Stage 3, push: signs the two candidates by digest, attaches bills of materials and provenance, checks both as a stranger would, and only then
# gives them the version's tag. FUNCTIONS and WEB (names with digests), VERSION, OUT. Keyless (the workflow's own identity) unless COSIGN_KEY
# names a key. INSECURE=1: a registry without TLS, and nothing in a public log.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${FUNCTIONS:?}" "${WEB:?}" "${VERSION:?}" "${OUT:?}"
PATH="$PATH:$PWD/.tools/bin"
mkdir -p "$OUT"
tls=--tls-verify=true registry=() log=() crane=()
if [[ "${INSECURE:-}" == 1 ]]; then
    tls=--tls-verify=false registry=(--allow-insecure-registry --allow-http-registry) log=(--use-signing-config=false --tlog-upload=false) crane=(--insecure)
fi
key=() && [[ -z "${COSIGN_KEY:-}" ]] || key=(--key "$COSIGN_KEY")

for image in "$FUNCTIONS" "$WEB"; do buildah pull -q "$tls" "$image" >/dev/null; done
.ci/images/sbom.sh "$FUNCTIONS" "$WEB" "$OUT/sbom"
.ci/deploy/provenance.py "$OUT/bases.txt" >"$OUT/provenance.json"
for image in "$FUNCTIONS" "$WEB"; do
    name="${image##*/}" && name="${name%@*}"
    echo "push: signing $image"
    cosign sign --yes "${key[@]}" "${log[@]}" "${registry[@]}" "$image"
    cosign attest --yes "${key[@]}" "${log[@]}" "${registry[@]}" --type cyclonedx --predicate "$OUT/sbom/$name.cdx.json" "$image"
    cosign attest --yes "${key[@]}" "${log[@]}" "${registry[@]}" --type slsaprovenance1 --predicate "$OUT/provenance.json" "$image"
    .ci/deploy/check-signature.sh "$image"
    crane "${crane[@]}" tag "$image" "$VERSION"
done
