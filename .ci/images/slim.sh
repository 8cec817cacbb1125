#!/bin/sh
# Removes from a virtual environment and the application what no function runs: tests, sources of extensions, type stubs, Amazon's API
# descriptions but those in use. Called by functions/Dockerfile: slim.sh VENV APP.
set -eu
venv=$1 app=$2
site="$(echo "$venv"/lib/python3*/site-packages)"

# Keep in step with boto3.client(...) in shared/; tests/contract/test_images.py compares them.
amazon="s3 sesv2 sts"
for service in "$site"/botocore/data/*/; do
    case " $amazon " in
    *" $(basename "$service") "*) ;;
    *) rm -rf "$service" ;;
    esac
done
rm -rf "$site"/boto3/examples

find "$site" "$app" -type d \( -name tests -o -name test -o -name testing -o -name __pycache__ \) -prune -exec rm -rf {} +
find "$site" -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.h' -o -name '*.cpp' \) -delete
rm -f "$app"/functions/Dockerfile "$app"/*/README.md
if command -v strip >/dev/null; then
    find "$site" -name '*.so*' -type f -exec strip --strip-unneeded {} + 2>/dev/null || true
fi
