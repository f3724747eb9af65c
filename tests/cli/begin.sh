#!/usr/bin/env bash
# How a run begins where things are not as usual: folders that are to be made, a machine without
# ssh. And its folder is a model wherever one is wanted.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
make_sample 600
short=(--epochs 1 --units 4 --embedding 4 --dense 4 --quiet)

# A sweep begins in folders that do not exist, several jobs at a time.
jobs=()
for i in 1 2 3 4; do
    "$rnntrain" sample.h5 "${short[@]}" --run-dir "sweep/of/jobs//$i/" 2>"said.$i" &
    jobs+=($!)
done
for i in 1 2 3 4; do
    wait "${jobs[i - 1]}" || problem "job $i of a sweep: $(cat "said.$i")"
    [ -e "sweep/of/jobs/$i/best.h5" ] || problem "job $i left nothing"
done
echo >file
expect 74 'file: cannot make the run directory: it is a file' \
    "$rnntrain" sample.h5 "${short[@]}" --run-dir file/under/it
expect 74 'it is a file' "$rnntrain" sample.h5 "${short[@]}" --run-dir file

# A model that is refused leaves no run behind: the next try needs no --overwrite.
"$rnntrain" sample.h5 "${short[@]}" --run-dir tried/first
expect 64 '--init-labels a,b,c: 3 names, but the model has 2 classes' \
    "$rnntrain" sample.h5 "${short[@]}" --run-dir tried/again --init-from tried/first/best.h5 \
    --init-labels a,b,c
[ ! -e tried/again ] || problem "a refused model leaves $(ls tried/again)"
"$rnntrain" sample.h5 "${short[@]}" --run-dir tried/again --init-from tried/first/best.h5

# Nor is a run discarded that is to be begun from.
before=$(cksum tried/first/*)
ln -s first/best.h5 tried/link.h5
for model in tried/first tried/first/best.h5 tried/link.h5 "$PWD/tried/again/../first/last.h5"; do
    expect 64 "--init-from .*(best|link|last).h5 is of the run in tried/first, which --overwrite" \
        "$rnntrain" sample.h5 "${short[@]}" --run-dir tried/first --overwrite --init-from "$model"
done
[ "$(cksum tried/first/*)" = "$before" ] || problem "a refused model costs a run"
"$rnntrain" sample.h5 "${short[@]}" --run-dir tried/again --overwrite --init-from tried/first

# Nothing but errors is said where it is asked for.
RNNTRAIN_HOME=/ "$rnntrain" sample.h5 "${short[@]}" --run-dir noisy >said 2>&1
[ ! -s said ] || problem "--quiet says: $(cat said)"
expect 66 '/: a folder, .*`rnnprep / -o dataset.h5`' "$rnntrain" /

# One rank needs nothing that starts others.
mkdir empty
env -u OMPI_MCA_plm PATH="$tmp/empty" "$rnntrain" sample.h5 "${short[@]}" --run-dir alone \
    2>"$tmp/err" || problem "one rank without ssh: $(head -5 "$tmp/err")"
[ ! -s "$tmp/err" ] || problem "one rank without ssh says: $(head -5 "$tmp/err")"

# Nor does it make folders for others, which the job behind it would find on their way out.
OMPI_MCA_orte_tmpdir_base=/proc/none "$rnntrain" sample.h5 "${short[@]}" --run-dir apart \
    2>"$tmp/err" || problem "one rank without a folder of sessions: $(head -5 "$tmp/err")"

# Ranks that are to share memory where there is no folder would wait for ever.
OMPI_MCA_osc_sm_backing_directory=$tmp/missing \
    expect 74 'share memory in .*/missing: No such file.*OMPI_MCA_osc_sm_backing_directory' \
    mpirun -np 2 "$rnntrain" sample.h5 "${short[@]}" --run-dir shared

# A run's folder stands for its result, which the notebook's is of the last epoch.
"$rnntrain" sample.h5 "${short[@]}" --notebook --epochs 2 --run-dir notebook
for run in alone=best notebook=last; do
    for command in "inspect RUN" "inspect RUN --verify" "eval RUN sample.h5" "predict RUN sample/train/pos/synthetic_000001.txt"; do
        # shellcheck disable=SC2086
        "$rnntrain" ${command/RUN/${run%=*}} | sed "s|${run%=*}/${run#*=}.h5|FILE|" >of.folder
        # shellcheck disable=SC2086
        "$rnntrain" ${command/RUN/${run%=*}/${run#*=}.h5} |
            sed "s|${run%=*}/${run#*=}.h5|FILE|" >of.file
        cmp of.folder of.file || problem "$command: ${run%=*} is not its ${run#*=}.h5"
    done
done
"$rnntrain" sample.h5 "${short[@]}" --init-from alone --run-dir further
ln alone/best.h5 same.keras
expect 73 'would replace the model that is read' \
    "$rnntrain" export alone --to keras -o same.keras
expect 73 'would replace the model that is read' "$rnntrain" export alone --to keras -o alone/best.h5
expect 66 'empty: not a regular file' "$rnntrain" eval empty sample.h5
