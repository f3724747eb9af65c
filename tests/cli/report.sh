#!/usr/bin/env bash
# The page of runs: it stands alone, says what the log and eval say, and no label, word, path or
# line of a log becomes markup. What is no run is refused, by name.
set -euo pipefail
. "$2/tests/lib.sh"
cd "$tmp"

python3 - <<'PYTHON'
import random
random.seed(5)
common = "the a of <b>on</b> and is <script>alert(1)</script> was & 'at' walk".split()
own = {"<img src=x onerror=alert(1)>": "cold sour \"dull\"".split(),
       "a & 'b\"": "warm kind bright".split()}
with open("texts.jsonl", "w") as out:
    import json
    for i in range(240):
        label = random.choice(list(own))
        said = label if random.random() < 0.8 else random.choice(list(own))
        words = random.choices(own[said], k=1) + random.choices(common, k=random.randint(2, 8))
        json.dump({"text": " ".join(words), "label": label}, out)
        print(file=out)
PYTHON
"$rnnprep" texts.jsonl -o set.h5 --maxlen 10 --tags keep --filters '' --test-split 0.25 --keep-text --keep-origin --quiet
small=(--units 4 --embedding 4 --dense 4 --batch-size 32 --learning-rate 0.02 --epochs 3 --quiet)
folder="runs <i>&"
for seed in 1 2; do
    "$rnntrain" set.h5 "${small[@]}" --run-dir "$folder/s$seed" --seed $seed
done
mkdir "$folder/wide"
"$rnntrain" set.h5 "${small[@]}" --run-dir "$folder/wide" --units 6 --trace "$folder/wide/trace.json"

"$rnntrain" report "$folder" -o page.html --bootstrap 50 --mistakes 100 >said
grep -q '^wrote      page.html' said || problem "it does not say what it wrote"
"$rnntrain" eval "$folder/wide" set.h5 --json --bootstrap 0 >wide.json
"$rnntrain" report "$folder/wide" -o wide.html --data set.h5 --bootstrap 0 --mistakes 100 >said

check_page() { # page
    python3 - "$1" <<'PYTHON' || problem "$1"
import sys
from html.parser import HTMLParser
known = set("""html head meta link title style body a header p h1 h2 dl dt dd div nav ul li main
    section table caption thead tbody tr th td figure figcaption svg path text desc circle span ol b
    blockquote mark details summary pre code small br footer""".split())
void = {"meta", "link", "br"}
class Page(HTMLParser):
    open, texts = [], []
    def handle_starttag(self, tag, attributes):
        assert tag in known, tag
        for name, value in attributes:
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src",) and not (name == "href" and value[0] != "#" and value != "data:,"), value
        if tag not in void:
            self.open.append(tag)
    def handle_startendtag(self, tag, attributes):
        assert tag in known, tag
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
    def handle_data(self, data):
        self.texts.append(data)
page, text = Page(), open(sys.argv[1]).read()
page.feed(text)
assert not page.open, page.open
shown = "".join(page.texts)
assert "<img src=x onerror=alert(1)>" in shown and "<script>" in shown
assert "<b>on</b>" in shown and text.count("<mark") > 4, "no text, or no word that counts"
assert "://" not in text, "something of a network"
PYTHON
}
check_page page.html
check_page wide.html

python3 - wide.json wide.html "$folder/wide/log.jsonl" <<'PYTHON' || problem "it shows other figures"
import json, re, sys
told, page = json.load(open(sys.argv[1])), open(sys.argv[2]).read()
log = [json.loads(line) for line in open(sys.argv[3])]
def row(name):
    return re.search(r'<th scope="row">%s</th><td class="n">([^<]*)' % name, page).group(1)
for name, key in (("Accuracy", "acc"), ("ROC AUC", "roc_auc"), ("F1, macro", "macro_f1"),
                  ("Calibration error", "calibration_error")):
    assert abs(float(row(name)) - told[key]) < 1e-4, (name, row(name), told[key])
cells = re.findall(r'class="n heat [^>]*>([\d,]+)<br>', page)
assert [int(c) for c in cells] == sum(told["confusion"], []), cells
best = [e for e in log if e["event"] == "test" and e["which"] == "best"][0]
assert "%.4f" % best["loss"] in page
assert "What ranks did" in page and "forward" in page
PYTHON

# The command makes the run again.
command=$(sed -n 's/.*<pre class="command"><code>rnntrain dataset.h5 \(.*\)<\/code><\/pre>/\1/p' wide.html)
eval "\"$rnntrain\" set.h5 $command --run-dir again --quiet"
[ "$(hashes again)" = "$(hashes "$folder/wide")" ] || problem "the command makes another run: $command"

# A class without rows has no figures, and that is said.
"$rnntrain" set.h5 --recipe none --units 2 --embedding 2 --dense 0 --epochs 1 --limit-train 64 --limit-test 1 \
    --run-dir lone --quiet
"$rnntrain" report lone -o lone.html --data set.h5 >/dev/null
grep -q 'Without rows of a class' lone.html || problem "nothing said of a class without rows"
! grep -E '(^|[^a-z_])nan([^a-z]|$)' lone.html || problem "no number in a page"
! grep -q '[^0-9]1 rows' lone.html || problem "one row is several"

# A job's result is that of its models as one, which stands above the run that is shown.
"$rnntrain" set.h5 "${small[@]}" --epochs 1 --seeds 2 --run-dir job
"$rnntrain" report job -o job.html --bootstrap 0 >/dev/null
python3 - job <<'PYTHON' || problem "the page of a job has another result"
import json, re, sys
lines = map(json.loads, open(f"{sys.argv[1]}/log.jsonl"))
joint = next(line for line in lines if line["event"] == "model" and line["name"] in ("ensemble", "network"))
tiles = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", open("job.html").read())
assert tiles[0] == ("Test accuracy, all models as one", f"{joint['test_acc']:.4f}"), (tiles[0], joint)
assert tiles[1][0] == "Test accuracy", tiles[1]
PYTHON

# Without a data set, without predictions, with a torn log and with one of a stranger.
mv set.h5 gone.h5
"$rnntrain" report again -o none.html --bootstrap 0 >/dev/null
grep -q 'words are not known here' none.html || problem "no word of words"
rm again/predictions.h5
printf '%s\n%s' '{"event":"epoch","epoch":1e9,"loss":"<b>"}' '{"event":"epo' >>again/log.jsonl
"$rnntrain" report again -o none.html --bootstrap 0 >/dev/null
grep -q 'has no predictions.h5' none.html || problem "no word of predictions"

# A log and a trace that were made to keep it busy: a pipe, numbers so close that ticks stand still,
# a list and a word as an option that no run has.
python3 - again/log.jsonl <<'PYTHON'
import json, sys
start, *lines = open(sys.argv[1]).read().split("\n")
start = json.loads(start)
start["config"]["vectors"] = "a b" * 300000
start["config"]["stack"] = list(range(100000))
epochs = [dict(json.loads(next(line for line in lines if '"event":"epoch"' in line)), epoch=i + 1, loss=x,
               val_loss=x, seconds=1e300) for i, x in enumerate((1e20, 1.0000000000000002e20))]
open(sys.argv[1], "w").write("".join(json.dumps(line) + "\n" for line in [start] + epochs))
PYTHON
rm -f again/trace.json
mkfifo again/trace.json
timeout 20 "$rnntrain" report again -o none.html --bootstrap 0 >/dev/null || problem "kept busy by a log"
grep -q 'There is no trace' none.html || problem "a pipe is a trace"
mkdir empty piped
mv again/trace.json piped/log.jsonl
expect 66 'piped/log.jsonl: not a regular file' timeout 20 "$rnntrain" watch piped
rm -r piped
expect 66 'empty: there is no log.jsonl of a run' "$rnntrain" report empty -o no.html
printf x >again/predictions.h5
"$rnntrain" report again -o none.html --bootstrap 0 >/dev/null 2>err || problem "no report: $(cat err)"
grep -q 'note: again/predictions.h5: not an HDF5 file .* is left out' err || problem "no note: $(cat err)"
grep -q 'predictions.h5 cannot be read (again/predictions.h5: not' none.html || problem "the page says nothing"
"$rnntrain" compare again "$folder/wide" >out 2>err || problem "no comparison: $(cat err)"
grep -q 'note: again is not compared .* its predictions.h5 cannot be read' err || problem "no note: $(cat err)"
grep -q 'note: .*wide is not .* the first run has no predictions' err || problem "no note: $(cat err)"
"$rnntrain" history again >out 2>err || problem "a history wants predictions: $(cat err)"
expect 66 'again/log.jsonl: a file, expected the folder of a run' timeout 20 "$rnntrain" watch again/log.jsonl
timeout 1 "$rnntrain" watch empty 2>err || true
grep -q 'note: no run has begun in empty yet' err || problem "a watch waits in silence"
