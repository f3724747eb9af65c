#!/usr/bin/env bash
# What is installed runs as installed: from an empty prefix, with nothing of the build in PATH.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

cmake --install "$build" --prefix "$tmp/an empty prefix" >said || problem "$(cat said)"
prefix="$tmp/an empty prefix"
share=$(dirname "$(cd "$prefix" && find . -name slurm -type d)")
data=$prefix/${share%/rnntrain}
usual=$PATH
case :$PATH: in *":$build:"*) problem "the build is in PATH" ;; esac

# The road of the demo.
export PATH=$prefix/bin:$PATH
rnnprep sample reviews --documents 600 >said
rnnprep reviews -o reviews.h5 --num-words 400 --maxlen 60 --quiet
ranks 2 rnntrain reviews.h5 --batch-size 64 --units 4 --epochs 1 --quiet
echo "The plot was superb." | rnntrain predict run | grep -q -E '^(pos|neg)' ||
    problem "no word of the model"
[ "$(rnntrain --version | head -1)" = "$("$rnntrain" --version | head -1)" ] || problem "another version"

# Nothing knows the build, and libraries are looked for beside the programs too.
if command -v readelf >/dev/null; then
    for program in rnntrain rnnprep; do
        readelf -d "$prefix/bin/$program" | grep -E 'R(UN)?PATH' >said || : >said
        grep -q "$build" said && problem "$program looks for libraries in the build"
        grep -q '\$ORIGIN/\.\./lib' said || problem "$program does not look beside itself: $(cat said)"
    done
fi
grep -r -l -I -F "$build" "$prefix" && problem "these name the build"

# Batch scripts, as Slurm would run copies of them: programs in PATH or beside them, arguments
# passed on, arguments before the environment.
mkdir spool
cp "$data/rnntrain/slurm/"*.sbatch spool
batch() { # script argument...
    local script=spool/$1.sbatch
    shift
    env SLURM_JOB_ID=7 SLURM_NTASKS=2 SLURM_JOB_END_TIME=9999999999 BIND_TO=none \
        RECIPE=keras-gru bash "$script" "$@" >"$tmp/out" 2>"$tmp/err" ||
        problem "$script: $(cat "$tmp/err")"
}
config() { # run key
    sed -n -E "1s/.*\"$2\":\"?([^\",}]*).*/\1/p" "$1/log.jsonl"
}
batch prep reviews -o again.h5 --num-words 300
export SLURM_ARRAY_JOB_ID=6 SLURM_ARRAY_TASK_ID=3
batch train again.h5 --run-dir tried/by --recipe keras-lstm --seed %a --epochs 1 --units 4
[ "$(config tried/by/3 recipe) $(config tried/by/3 seed)" = "keras-lstm 3" ] ||
    problem "a task of an array: $(head -1 tried/by/3/log.jsonl)"

# Where the options name the folder: a file of options, the environment; where the data set does not
# come first; and what is refused before ranks begin.
echo '{"run_dir": "from/file-%a", "epochs": 1, "units": 4}' >settings.json
batch train --lane-rows=32 again.h5 --config settings.json
[ -e from/file-3/best.h5 ] || problem "run_dir of --config: $(ls -d run-* from/*)"
RNNTRAIN_RUN_DIR=from/environment batch train train again.h5 --epochs 1 --units 4
[ -e from/environment/3/best.h5 ] || problem "RNNTRAIN_RUN_DIR: $(ls -d run-* from/*)"
refuse() { # pattern argument...
    env SLURM_JOB_ID=7 SLURM_NTASKS=2 SLURM_JOB_END_TIME=9999999999 BIND_TO=none \
        bash spool/train.sbatch "${@:2}" >said 2>&1 && problem "passes: ${*:2}"
    grep -q -E "^(train.sbatch|rnntrain): .*$1" said || problem "${*:2}: $(cat said)"
}
refuse 'unknown option --ntasks .it is Slurm.s' --ntasks=2 again.h5
refuse '--overwrite would discard .* remove' again.h5 --run-dir tried/by --overwrite
SWEEP=none.txt refuse 'none.txt: there is no such file' again.h5
SWEEP=settings.json SLURM_ARRAY_TASK_ID=0 refuse 'lines are counted from 1' again.h5
SWEEP=settings.json refuse 'settings.json: line 3 is not there' again.h5
unset SLURM_ARRAY_JOB_ID SLURM_ARRAY_TASK_ID
PATH=$usual

# From a folder with blanks in its name, where Slurm does not say when the job ends.
mkdir -p "of blanks/no Slurm"
printf '#!/bin/sh\nexit 1\n' >"of blanks/no Slurm/scontrol"
chmod +x "of blanks/no Slurm/scontrol"
(cd "of blanks" && env PATH="$PWD/no Slurm:$PATH" SLURM_JOB_ID=7 SLURM_NTASKS=1 BIND_TO=none \
    bash ../spool/train.sbatch ../again.h5 --epochs 1 --units 4 --run-dir "a run") >said 2>&1 ||
    problem "no end of the job: $(cat said)"
grep -q 'scontrol does not say when job 7 ends' said || problem "nothing said: $(cat said)"

batch prep reviews
batch train --epochs 1 --units=4
[ "$(config run-7 recipe) $(config run-7 units)" = "keras-gru 4" ] ||
    problem "train.sbatch: $(head -1 run-7/log.jsonl)"

# The module file names this prefix.
module=$(find "$data/modulefiles/rnntrain" -type f)
if command -v tclsh >/dev/null; then
    cat >module.tcl <<'TCL'
proc module-whatis text {}
proc conflict name {}
proc prepend-path {name folder} { puts "$name=$folder" }
proc append-path {name folder} { puts "$name=$folder" }
source [lindex $argv 0]
TCL
    tclsh module.tcl "$module" >said
    grep -q -F "PATH=$prefix/bin" said || problem "the module file: $(cat said)"
    grep -q -F "PATH=$prefix/share/rnntrain/slurm" said || problem "no batch scripts: $(cat said)"
    while IFS== read -r name folder; do
        [ -d "$folder" ] || problem "the module file sets $name to $folder, which is not there"
    done <said
else
    grep -q -F "{$prefix}" "$module" || problem "the module file: $(cat "$module")"
fi

# A version that stood in this prefix is gone, and so is its module file; others are left alone.
echo "set prefix {/elsewhere}" >"${module%/*}/other"
sed 's/[0-9]*\.[0-9]*\.[0-9]*:/0.0.1:/' "$module" >"${module%/*}/0.0.1"
cmake --install "$build" --prefix "$prefix" >said || problem "$(cat said)"
[ "$(cd "${module%/*}" && echo *)" = "${module##*/} other" ] || problem "modules: $(ls "${module%/*}")"

# Documents link to what is installed.
for document in $(cd "$data/doc/rnntrain" && find . -name '*.md'); do
    { grep -o '\]([^)# ]*)' "$data/doc/rnntrain/$document" || true; } | tr -d '](\)' |
        { grep -v '^http' || true; } | while read -r link; do
        [ -e "$data/doc/rnntrain/$(dirname "$document")/$link" ] ||
            problem "$document links to $link, which is not installed"
    done
done
