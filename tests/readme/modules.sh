#!/usr/bin/env bash
# README.md's command for a cluster's modules, where there are modules.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
[ -r /usr/share/modules/init/bash ] || [ -r /usr/share/lmod/lmod/init/bash ] || skip "no modules"
. "$(dirname "$0")/own_opt.sh"
. "$(dirname "$0")/sections.sh"

cmake --install "$build" --prefix /opt/rnntrain >"$tmp/said"
for system in modules lmod/lmod; do
    [ -r /usr/share/$system/init/bash ] || continue
    echo "set +u; . /usr/share/$system/init/bash; set -u" >"$tmp/init"
    BASH_ENV=$tmp/init after_sh='command -v rnntrain train.sbatch && man -w rnntrain' section "Modules"
    [ "$(head -n 2 "$tmp/said")" = /opt/rnntrain/bin/rnntrain$'\n'/opt/rnntrain/share/rnntrain/slurm/train.sbatch ] ||
        problem "$system: $(cat "$tmp/said")"
done
