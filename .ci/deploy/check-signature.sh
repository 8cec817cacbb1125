#!/usr/bin/env bash
# Whether an image (by digest) is ours: signed, with a bill of materials and a provenance, by this repository's deployment or by COSIGN_PUBLIC_KEY.
# check-signature.sh IMAGE@DIGEST...   Called after the push, and again before a deployment.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH="$PATH:$PWD/.tools/bin"
options=()
if [[ -n "${COSIGN_PUBLIC_KEY:-}" ]]; then
    options+=(--key "$COSIGN_PUBLIC_KEY")
else
    workflow="${GITHUB_SERVER_URL:?}/${GITHUB_REPOSITORY:?}/.github/workflows/deploy-production.yml"
    options+=(--certificate-oidc-issuer https://token.actions.githubusercontent.com --certificate-identity-regexp "^${workflow//./\\.}@refs/(heads/main|tags/v.*)$")
fi
if [[ "${INSECURE:-}" == 1 ]]; then options+=(--allow-insecure-registry --allow-http-registry --insecure-ignore-tlog); fi
for image in "$@"; do
    [[ "$image" == *@sha256:* ]] || { echo "signature: $image is not named by its digest" >&2; exit 1; }
    cosign verify "${options[@]}" "$image" >/dev/null 2>&1 || { echo "signature: $image is NOT signed by us" >&2; exit 1; }
    for type in cyclonedx slsaprovenance1; do
        cosign verify-attestation "${options[@]}" --type "$type" "$image" >/dev/null 2>&1 || { echo "signature: $image has no $type of ours" >&2; exit 1; }
    done
    echo "signature: $image is ours, with bill of materials and provenance"
done
