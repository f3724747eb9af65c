#!/usr/bin/env bash
# Judgements explained: shares of words by integrated gradients and by leaving each out, of several
# kinds of models; for people, in colour and not, as JSON, and from the library.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 200 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 300 --maxlen 40 --ngrams 2 --ngram-characters 3 --quiet
train() { # name option...
    "$rnntrain" data.h5 --quiet --epochs 2 --batch-size 32 --run-dir "run/$1" "${@:2}"
}
train lstm --units 6 --dense 0
train gru --stack embedding:8:mask,bigru:5,max,dropout:0.5
train conv --stack embedding:8,conv:12:3:relu,max,dropout:0.2
train attention --stack embedding:8:mask,bilstm:4,attention:4
train linear --model linear --linear-c 1 --linear-scaling tf-idf
make=$build/tests/make_ensemble # FILE WEIGHTS BIAS MEMBER...
"$make" blend.h5 0.4,3,0.6 0.05 run/{lstm,gru,linear}/best.h5
"$make" mean.h5 - - run/{lstm,conv}/best.h5

{
    cat sample/test/neg/*[46].txt
    echo "a good <br /> film, not a dull one"
    echo
    echo "nothing known hereabouts"
} >texts

# The gap, and every word alone: what stands at its place, and what the text without it is judged to
# be, to the bit.
cat >check.py <<'PYTHON'
import ctypes, json, math, sys
build, files = sys.argv[1], sys.argv[2:]
library = ctypes.CDLL(build + "/librnntrain.so")
library.rnntrain_message.restype = ctypes.c_char_p
library.rnntrain_label.restype = ctypes.c_char_p
library.rnntrain_label.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
texts = [line.rstrip("\n") for line in open("texts")]

def c_texts(some):
    return (ctypes.c_char_p * len(some))(*[text.encode() for text in some])

def predict(model, some):
    p = (ctypes.c_double * (2 * len(some)))()
    assert library.rnntrain_predict_texts(model, c_texts(some), ctypes.c_size_t(len(some)), p) == 0
    return [(p[2 * i], p[2 * i + 1]) for i in range(len(some))]

def explain(model, method):
    lines = ctypes.c_void_p()
    assert library.rnntrain_explain_texts(model, c_texts(texts), ctypes.c_size_t(len(texts)), method,
                                          ctypes.byref(lines)) == 0, library.rnntrain_message()
    found = [json.loads(line) for line in ctypes.string_at(lines).splitlines()]
    library.rnntrain_free(lines)
    assert [one["text"] for one in found] == texts
    return found

for file in files:
    model = ctypes.c_void_p()
    assert library.rnntrain_open(file.encode(), ctypes.byref(model)) == 0
    labels = [library.rnntrain_label(model, i).decode() for i in range(2)]
    probabilities = predict(model, texts)
    for method in 0, 1:
        for one, p in zip(explain(model, method), probabilities):
            which = labels.index(one["label"])
            assert one["probability"] == p[which] == max(p), (file, one, p)
            data, words = one["text"].encode(), one["words"]
            if file != "mean.h5":
                assert abs(one["logit"] - math.log(p[which] / p[1 - which])) < 1e-4
            for word in words:
                assert data[word["start"]:word["end"]].decode().lower() == word["word"]
            if method == 0:
                total = sum(word["share"] for word in words)
                wanted = one["logit"] - one["baseline"]
                assert abs(total - wanted) < 1e-3 * abs(one["logit"]), (file, one)
                assert one["gap"] < 1e-3 and (one["points"] > 0) == (file != "run/linear"), (file, one)
                assert ("ngrams" in one) == (len(words) > 3 and file in ("run/linear", "blend.h5")), one
                if file == "run/linear" and words:
                    exact = sum(ngram["share"] for ngram in one.get("ngrams", []))
                    assert abs(exact - wanted) < 1e-5 * max(1, abs(wanted))
            elif words:
                shorter = [(data[:w["start"]] + data[w["end"]:]).decode() for w in words]
                for word, q in zip(words, predict(model, shorter)):
                    assert word["without"] == q[which], (file, word, q)
                    share = one["logit"] - math.log(q[which] / q[1 - which])
                    assert file == "mean.h5" or abs(word["share"] - share) < 1e-4
    library.rnntrain_close(model)
PYTHON
python3 check.py "$build" run/{lstm,gru,conv,attention,linear} blend.h5 mean.h5 ||
    problem "another explanation"

# The program says the same.
"$rnntrain" predict run/lstm --explain --json texts >said 2>notes
python3 - <<'PYTHON' || problem "other JSON: $(head -c 300 said)"
import json
said = [json.loads(line) for line in open("said")]
assert len(said) == len(list(open("texts"))) > 9 and set(said[0]) == {"text", "label", "probability", "logit", "baseline",
                                           "method", "gap", "points", "words"}
assert said[0]["method"] == "integrated-gradients"
assert set(said[0]["words"][0]) == {"word", "start", "end", "share"}
PYTHON
"$rnntrain" predict run/lstm --explain leave-one-out --json texts >said 2>/dev/null
grep -q '"method":"leave-one-out"' said || problem "no leave-one-out"

# Colours on a terminal, and where they are asked for.
shade=$'\x1b\\[48;5;[0-9]*;38;5;16m'
"$rnntrain" predict run/lstm --explain texts >said
! grep -q $'\x1b' said || problem "colour in a pipe"
"$rnntrain" predict run/lstm --explain --color always texts >said
grep -q "$shade" said || problem "no colour"
if command -v script >/dev/null; then
    export TERM=xterm
    script -qec "'$rnntrain' predict run/lstm texts --explain" /dev/null >said </dev/null
    grep -q "$shade" said || problem "no colour on a terminal: $(head -c 300 said)"
    NO_COLOR=1 script -qec "'$rnntrain' predict run/lstm texts --explain" /dev/null >said </dev/null
    ! grep -q "$shade" said || problem "NO_COLOR is not heard"
fi
printf 'good\x1b[31m film \xe2\x80\xae dull\n' | "$rnntrain" predict run/lstm --explain --color always >said
! grep -q $'\x1b\\[31m\|\xe2\x80\xae' said || problem "a text obeyed by the terminal"

expect 64 'leave --output out.csv out' "$rnntrain" predict run/lstm texts --explain --output out.csv
expect 64 'give --explain too' "$rnntrain" predict run/lstm texts --json
expect 64 '--explain sideways: expected one of' "$rnntrain" predict run/lstm texts --explain=sideways
