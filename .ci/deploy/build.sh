#!/usr/bin/env bash
# Stage 2, build: build.sh. Builds the images from bases pinned by digest, starts everything in them, and puts them into the registry under a
# candidate tag. Nothing deploys a candidate: stage 3 signs it first. Writes FUNCTIONS and WEB, names with digests, into $OUT/images.env.
# REGISTRY (ghcr.io/owner/repository), VERSION, OUT. INSECURE=1: a registry without TLS. Without PYTHON_TAG and so on: bases from bases.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${REGISTRY:?}" "${VERSION:?}" "${OUT:?}"
tls="--tls-verify=$([[ "${INSECURE:-}" == 1 ]] && echo false || echo true)"
mkdir -p "$OUT"

# The tag is looked up once; both images, the provenance and every later stage then speak of the same digest.
pinned() { # pinned IMAGE:TAG
    if [[ "$1" == *@sha256:* ]]; then echo "$1"; else echo "${1%:*}@$(skopeo inspect --format '{{.Digest}}' "docker://$1")"; fi
}
if [[ -n "${PYTHON_TAG:-}" ]]; then
    PYTHON_IMAGE="$(pinned "$PYTHON_TAG")" POSTGRES_IMAGE="$(pinned "$POSTGRES_TAG")"
    NODE_IMAGE="$(pinned "$NODE_TAG")" NGINX_IMAGE="$(pinned "$NGINX_TAG")"
    export PYTHON_IMAGE POSTGRES_IMAGE NODE_IMAGE NGINX_IMAGE
    printf '%s\n' "$PYTHON_IMAGE" "$POSTGRES_IMAGE" "$NODE_IMAGE" "$NGINX_IMAGE" >"$OUT/bases.txt"
else
    buildah images --format '{{.Name}}@{{.Digest}}' --filter reference='localhost/obsidianlist-base/*:latest' | sort -u >"$OUT/bases.txt"
fi
.ci/images/build.sh "$REGISTRY/functions:candidate-$VERSION" "$REGISTRY/web:candidate-$VERSION"
if [[ "${CHECK_IMAGES:-1}" == 1 ]]; then
    .venv/bin/python -m tests.images "$REGISTRY/functions:candidate-$VERSION" "$REGISTRY/web:candidate-$VERSION"
fi
: >"$OUT/images.env"
for image in functions web; do
    buildah push -q "$tls" --digestfile "$OUT/$image.digest" "$REGISTRY/$image:candidate-$VERSION"
    echo "${image^^}=$REGISTRY/$image@$(cat "$OUT/$image.digest")" | tee -a "$OUT/images.env"
done
