#!/bin/sh
# Runs a program in an image's root as a pod would: read-only, /tmp in memory, a user without rights, no way to gain any; the network is this
# machine's, the environment the caller's. enter.sh ROOT USER PROGRAM...   Called by container.py, as root; all ends with it.
set -eu
IMAGE_PATH=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export IMAGE_PATH PATH
exec unshare --mount --pid --ipc --fork --kill-child --propagation private sh -eu -c '
    root=$1 identity=$2 path=$IMAGE_PATH
    shift 2
    unset IMAGE_PATH
    mount --bind "$root" "$root"
    mount -o remount,bind,ro,nosuid "$root"
    mount -t proc proc "$root/proc"
    mount -t tmpfs -o mode=1777,size=32m,nosuid,nodev tmp "$root/tmp"
    mount -t tmpfs -o mode=755,size=1m,nosuid devices "$root/dev"
    for device in null zero random urandom; do : >"$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
    ln -s /proc/self/fd "$root/dev/fd"; ln -s /proc/self/fd/1 "$root/dev/stdout"; ln -s /proc/self/fd/2 "$root/dev/stderr"
    setpriv=$(command -v setpriv) chroot=$(command -v chroot)
    PATH=$path exec "$setpriv" --no-new-privs "$chroot" --userspec="$identity:$identity" --groups= "$root" "$@"
' enter "$@"
