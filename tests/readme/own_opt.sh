# Sourced behind lib.sh: the test goes on in a namespace of its own, whose /opt is empty. Needs root.
if [ -z "${OWN_OPT:-}" ]; then
    [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || skip "not root, or no namespaces: /opt is not ours"
    rm -rf "$tmp" "$shared"
    # shellcheck disable=SC2016
    OWN_OPT=yes exec unshare -m bash -c \
        'mount --make-rprivate / && mount -t tmpfs tmpfs /opt && exec bash "$@"' - "$0" "$@"
fi
