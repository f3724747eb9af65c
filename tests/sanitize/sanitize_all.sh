#!/usr/bin/env bash
# Every default test under ASan and UBSan.
RNNTRAIN_TEST_ALL=1 exec "$(dirname "$0")/sanitize.sh" "$@"
