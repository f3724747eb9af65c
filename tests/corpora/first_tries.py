"""first_tries.py RNNPREP: corpora laid out as their collectors left them, typed as a newcomer would.

Each must be read as it was meant, or be refused with the very option to type: a case is a function that
gives files by name and what must come of `rnnprep FOLDER` (or of the one file). The texts are made here.
"""
import csv
import gzip
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter

from generate import sentence

rng = random.Random(17)


def text(commas=True):
    return sentence(rng, [], commas)


def rows(classes, n):
    """n documents a class, mixed."""
    made = [(name, text()) for name in classes for _ in range(n)]
    rng.shuffle(made)
    return made


def counts(**parts):
    return {part: {str(name): n for name, n in classes.items()} for part, classes in parts.items()}


def even(classes, **parts):
    return {part: {str(name): n for name in classes} for part, n in parts.items()}


def table(header, made, separator=",", quote=csv.QUOTE_MINIMAL):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, quoting=quote, lineterminator="\n")
    if header:
        writer.writerow(header)
    writer.writerows(made)
    return out.getvalue()


def lines(made):
    return "".join(line + "\n" for line in made)


def semicolon_text_files():
    classes = ["joy", "anger", "fear"]
    give = lambda n: "text;label\n" + lines("%s;%s" % (t.replace(",", ""), c) for c, t in rows(classes, n))
    return {"train.txt": give(20), "val.txt": give(5), "test.txt": give(5)}, even(classes, train=20, validation=5, test=5)


def parts_as_endings():
    give = lambda n: lines("%s %s" % row for row in rows("01", n))
    return ({"stsa.binary.train": give(40), "stsa.binary.dev": give(10), "stsa.binary.test": give(10)},
            even("01", train=40, validation=10, test=10))


def questions_with_classes_in_front():
    classes = ["DESC:manner", "ENTY:animal", "NUM:date", "HUM:ind", "LOC:city"]
    give = lambda n: lines("%s %s" % row for row in rows(classes, n))
    rare = "ENTY:currency What is the currency of the island ?\n"
    return ({"TREC.train": give(30) + rare, "TREC.test": give(8) + rare},
            counts(train={**dict.fromkeys(classes, 30), "ENTY:currency": 1},
                   test={**dict.fromkeys(classes, 8), "ENTY:currency": 1}))


def a_file_a_class():
    give = lambda: lines(text() for _ in range(50))
    return {"rt-polarity.pos": give(), "rt-polarity.neg": give()}, even(["neg", "pos"], train=50)


def labels_behind_a_tab():
    give = lambda: lines("%s\t%s" % (t, c) for c, t in rows("01", 30))
    return {"reviews_labelled.txt": give(), "readme.txt": "This was collected by hand.\n\nPlease cite it.\n"}, even("01", train=30)


def tables_side_by_side():
    give = lambda: lines("%s\t%s" % (t, c) for c, t in rows("01", 30))
    names = ["amazon_cells_labelled.txt", "imdb_labelled.txt", "yelp_labelled.txt"]
    return {name: give() for name in names}, [even("01", train=90), r"imdb_labelled.*"]


def airline_tweets():
    made = [(5700 + i, c, "0.%d" % rng.randint(3, 9), rng.choice(["", "Late Flight", "Bad Flight"]), rng.choice(["United", "Delta"]),
             "user%d" % i, 0, t, "2015-02-24 11:35") for i, (c, t) in enumerate(rows(["negative", "neutral", "positive"], 40))]
    header = ["tweet_id", "airline_sentiment", "airline_sentiment_confidence", "negativereason", "airline", "name",
              "retweet_count", "text", "tweet_created"]
    return {"Tweets.csv": table(header, made)}, even(["negative", "neutral", "positive"], train=40)


def news_without_header():
    give = lambda n: table(None, [(c, text(False).title()[:30], t + " " + text()) for c, t in rows("1234", n)], quote=csv.QUOTE_ALL)
    return {"train.csv": give(40), "test.csv": give(10)}, [even("1234", train=40, test=10), r"--text-column"]


def spam_with_empty_columns():
    made = [(c, t, "", "", "") for c, t in rows(["ham", "spam"], 40)]
    return {"spam.csv": table(["v1", "v2", "", "", ""], made)}, even(["ham", "spam"], train=40)


def tweets_of_a_pandemic():
    classes = ["Extremely Negative", "Negative", "Neutral", "Positive", "Extremely Positive"]
    header = ["UserName", "ScreenName", "Location", "TweetAt", "OriginalTweet", "Sentiment"]
    give = lambda n: table(header, [(i, 44000 + i, rng.choice(["London", "UK", "Pune", ""]), "16-03-2020", t, c)
                                    for i, (c, t) in enumerate(rows(classes, n))])
    return ({"Corona_NLP_train.csv": give(20), "Corona_NLP_test.csv": give(5)}, even(classes, train=20, test=5))


def two_possible_labels():
    made = [(rng.randint(1, 5), "31-Jul-18", rng.choice(["Black", "White", "Walnut"]), t, c) for c, t in rows("01", 60)]
    return ({"amazon_alexa.tsv": table(["rating", "date", "variation", "verified_reviews", "feedback"], made, "\t")},
            [r"--label-column", counts(train=Counter(row[0] for row in made))])


def one_object_of_lists():
    give = lambda n: [[t, c] for c, t in rows(["greeting", "weather", "timer"], n)]
    return {"data_full.json": json.dumps({"train": give(20), "val": give(5), "test": give(5)})}, even(["greeting", "weather", "timer"], train=20, validation=5, test=5)


def an_array_of_objects():
    made = [{"text": t, "label": c} for c, t in rows(["neg", "pos"], 20)]
    return {"corpus.json": json.dumps(made, indent=1)}, even(["neg", "pos"], train=20)


def headlines():
    made = [{"article_link": "https://example.org/%d" % i, "headline": t, "is_sarcastic": int(c)} for i, (c, t) in enumerate(rows("01", 40))]
    return {"Sarcasm_Headlines_Dataset.json": lines(map(json.dumps, made))}, even("01", train=40)


def newsgroups():
    files = {}
    for part, n in (("train", 12), ("test", 6)):
        for name in ("alt.atheism", "comp.graphics", "rec.autos"):
            for i in range(n):
                files["20news-bydate-%s/%s/%d" % (part, name, 49960 + i)] = "From: someone\nSubject: %s\n\n%s\n" % (text(), text())
    return files, even(["alt.atheism", "comp.graphics", "rec.autos"], train=12, test=6)


def class_folders_and_a_readme():
    files = {"bbc/%s/%03d.txt" % (name, i): text() for name in ("business", "sport", "tech") for i in range(1, 11)}
    files["bbc/README.TXT"] = "Consists of documents from a news website.\n"
    return files, even(["business", "sport", "tech"], train=10)


def a_test_without_labels():
    give = lambda n: table(["sentence", "label"], [(t, c) for c, t in rows("01", n)], "\t")
    test = table(["index", "sentence"], [(i, text()) for i in range(10)], "\t")
    return {"train.tsv": give(30), "dev.tsv": give(8), "test.tsv": test}, [even("01", train=30, validation=8), r"test\.tsv"]


def judgements_without_header():
    made = [("gj04", c, "" if c == "1" else "*", t) for c, t in rows("01", 40)]
    return {"in_domain_train.tsv": table(None, made, "\t")}, [even("01", train=40), r"--label-column"]


def an_unnamed_first_column():
    made = [(i, 3, rng.randint(0, 3), rng.randint(0, 3), rng.randint(0, 3), c, "RT @user%d: %s" % (i, t)) for i, (c, t) in enumerate(rows("012", 30))]
    return {"labeled_data.csv": table(["", "count", "hate_speech", "offensive_language", "neither", "class", "tweet"], made)}, even("012", train=30)


def shards():
    give = lambda n: table(["text", "label"], [(t, c) for c, t in rows("01", n)])
    return ({"data/train-00000-of-00002.csv": give(10), "data/train-00001-of-00002.csv": give(10), "data/test-00000-of-00001.csv": give(5)},
            even("01", train=20, test=5))


def fasttext_without_suffix():
    give = lambda n: lines("__label__%s , %s" % row for row in rows("123", n))
    return {"dbpedia.train": give(20), "dbpedia.test": give(5)}, even("123", train=20, test=5)


def stars():
    made = [{"review_id": "x%d" % i, "user_id": "u%d" % rng.randint(0, 9999), "stars": float(c), "date": "2016-05-28", "text": t}
            for i, (c, t) in enumerate(rows("12345", 12))]
    return {"review.json": lines(map(json.dumps, made))}, [{"train": {"%s.0" % c: 12 for c in "12345"}}, even("12345", train=12)]


def several_labels():
    made = [("%016x" % i, t, int(c), 0, int(c), 0, 0, 0) for i, (c, t) in enumerate(rows("01", 30))]
    return ({"train.csv": table(["id", "comment_text", "toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"], made)},
            [r"--label-columns toxic,severe_toxic,obscene"])


def pairs_of_sentences():
    made = [(i, t, text(), c) for i, (c, t) in enumerate(rows(["entailment", "not_entailment"], 30))]
    return {"train.tsv": table(["index", "sentence1", "sentence2", "label"], made, "\t")}, [r"--text-column"]


def text_of_a_spreadsheet():
    made = table(["Text", "Label"], [(t, c) for c, t in rows(["ham", "spam"], 30)], "\t")
    return {"export.txt": b"\xff\xfe" + made.encode("utf-16-le")}, even(["ham", "spam"], train=30)


def no_labels_at_all():
    return {"corpus.txt": lines(text() for _ in range(100))}, [r"label"]


def a_class_in_each_name():
    return ({name: lines(text() for _ in range(25)) for name in ("positive.txt", "negative.txt")},
            [even(["negative", "positive"], train=25), r"--class"])


def a_zip_from_a_mac():
    files = {"corpus/%s/%s/%d.txt" % (part, name, i): text() for part, n in (("train", 8), ("test", 4)) for name in ("neg", "pos") for i in range(n)}
    files.update({"__MACOSX/corpus/train/pos/._0.txt": b"\0\5\x16\7", "corpus/.DS_Store": b"\0\0\0\1Bud1"})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return {"corpus.zip": out.getvalue()}, even(["neg", "pos"], train=8, test=4)


def links_of_a_library():
    """Reviews with ratings in words, a quoted column of ids."""
    made = [("B00%d" % i, t, c) for i, (c, t) in enumerate(rows(["Good", "Bad", "Okay"], 20))]
    return {"reviews.csv": table(["product_id", "verified_reviews", "rating"], made, quote=csv.QUOTE_ALL)}, even(["Good", "Bad", "Okay"], train=20)


def a_workbook_in_a_folder():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("docProps/app.xml", "xl/workbook.xml", "[Content_Types].xml"):
            archive.writestr(name, "<x/>")
    return {"train.xlsx": out.getvalue(), "notes.md": "hi"}, [r"workbook.*CSV|\.xlsx"]


def a_small_table_with_other_names():
    made = "words,kind\nwarm soup today,a\ncold lake now,b\nwarm bread here,a\ncold river there,b\n"
    return {"a.csv": made}, [even("ab", train=2), r"--header"]


def parts_in_a_column():
    made = {part: rows(["neg", "pos"], n) for part, n in (("train", 20), ("test", 6), ("val", 5))}
    mixed = [(t, c, part) for part, some in made.items() for c, t in some]
    rng.shuffle(mixed)
    return {"data.csv": table(["text", "label", "split"], mixed)}, even(["neg", "pos"], train=20, test=6, validation=5)


def parts_in_a_field():
    mixed = [{"set": part, "text": t, "label": c} for part, n in (("TRAIN", 20), ("TEST", 6)) for c, t in rows(["neg", "pos"], n)]
    rng.shuffle(mixed)
    return {"data.jsonl": lines(map(json.dumps, mixed))}, even(["neg", "pos"], train=20, test=6)


def truths_of_validation():
    mixed = [(c, t, v) for v, n in ((False, 20), (True, 5)) for c, t in rows(["neg", "pos"], n)]
    rng.shuffle(mixed)
    return {"imdb_sample/texts.csv": table(["label", "text", "is_valid"], mixed)}, even(["neg", "pos"], train=20, validation=5)


def texts_by_class_in_json():
    return {"data.json": json.dumps({c: [text() for _ in range(15)] for c in ("bad", "good")})}, even(["bad", "good"], train=15)


def texts_by_class_and_part_in_json():
    give = lambda n: {c: [text() for _ in range(n)] for c in ("bad", "good")}
    return {"data.json": json.dumps({"train": give(15), "dev": give(4)}, indent=1)}, even(["bad", "good"], train=15, validation=4)


def records_by_key_in_json():
    return ({"data.json": json.dumps({"id%d" % i: {"text": t, "label": c} for i, (c, t) in enumerate(rows("01", 15))})},
            even("01", train=15))


def columns_of_parts_in_json():
    def give(n):
        made = rows("01", n)
        return {"text": [t for _, t in made], "label": [c for c, _ in made]}
    return {"data.json": json.dumps({"train": give(15), "test": give(4)})}, even("01", train=15, test=4)


def a_split_frame_in_json():
    made = [[t, c] for c, t in rows("01", 15)]
    return ({"data.json": json.dumps({"columns": ["text", "label"], "index": list(range(30)), "data": made})},
            even("01", train=15))


def labels_in_lists():
    made = [{"id": i, "text": t, "label": [c]} for i, (c, t) in enumerate(rows("01", 15))]
    return {"all.jsonl": lines(map(json.dumps, made))}, even("01", train=15)


def several_labels_in_lists():
    made = [{"text": t, "label": [c, "x"]} for c, t in rows("01", 15)]
    return {"all.jsonl": lines(map(json.dumps, made))}, [{"train": {"0": 15, "1": 15, "x": 30}}]


def several_labels_in_lines():
    made = ["".join("__label__%s " % l for l in (c, "x")[:1 + i % 2]) + t for i, (c, t) in enumerate(rows("01", 30))]
    return {"train.txt": lines([text()] + made)}, [{"train": {"0": 30, "1": 30, "x": 30}}]


def tags_in_lists():
    made = [{"id": i, "text": t, "tags": [c, "x"][:1 + i % 2]} for i, (c, t) in enumerate(rows("01", 30))]
    bare = [{"id": 60 + i, "text": text(), "tags": []} for i in range(40)]
    return {"all.jsonl": lines(map(json.dumps, bare + made))}, [{"train": {"0": 30, "1": 30, "x": 30}}]


def a_test_whose_labels_are_kept_back():
    made = [(i, rng.choice(["", "ablaze"]), t, c) for i, (c, t) in enumerate(rows("01", 40))]
    bare = [(i, rng.choice(["", "ablaze"]), text()) for i in range(20)]
    return {"train.csv": table(["id", "keyword", "text", "target"], made), "test.csv": table(["id", "keyword", "text"], bare),
            "sample_submission.csv": table(["id", "target"], [(i, 0) for i in range(20)])}, even("01", train=40)


def reviews_without_labels_beside():
    made = [("%d_8" % i, c, t) for i, (c, t) in enumerate(rows("01", 40))]
    bare = table(["id", "review"], [("%d_0" % i, text()) for i in range(20)], "\t")
    return {"labeledTrainData.tsv": table(["id", "sentiment", "review"], made, "\t"), "testData.tsv": bare,
            "unlabeledTrainData.tsv": bare}, even("01", train=40)


def a_table_a_class():
    give = lambda subjects: table(["title", "text", "subject"], [(text(False), text(), rng.choice(subjects)) for _ in range(40)])
    return {"Fake.csv": give(["News", "left-news", "politics"]), "True.csv": give(["politicsNews", "worldnews"])}, [r"--class NAME=\S+Fake"]


def tweets_a_class():
    give = lambda: lines(json.dumps({"id": i, "text": text(), "lang": "en"}) for i in range(30))
    return {"positive_tweets.json": give(), "negative_tweets.json": give()}, [r"--text-field"]


def tasks_side_by_side():
    give = lambda part, n: {part + "_text.txt": lines(text(False) for _ in range(n)), part + "_labels.txt": "0\n1\n" * (n // 2)}
    return ({"datasets/%s/%s" % (task, name): content for task in ("emotion", "irony")
             for name, content in {**give("train", 20), **give("test", 8)}.items()}, [r"rnnprep \S+/datasets/emotion`"])


def samples_of_all_files():
    files = {"all_files/%d.txt" % i: text() for i in range(30)}
    files.update({"sampled_train/%d.txt" % i: text() for i in range(10)})
    files.update({"sampled_test/%d.txt" % i: text() for i in range(10, 15)})
    return files, [r"sampled_t.*CLASS"]


def a_table_of_file_names():
    files = {"texts/%02d.txt" % i: text() for i in range(20)}
    files["labels.csv"] = table(["filename", "label"], [("%02d.txt" % i, "ab"[i % 2]) for i in range(20)])
    return files, [r"names of files"]


def articles_in_one_folder():
    return {"article%02d.txt" % i: "The %s, and it was %s.\n" % (text(False), text(False)) for i in range(12)}, [r"class folders"]


def packed_documents():
    return ({"%s/%02d.txt.gz" % (name, i): gzip.compress(("Now %s, then %s." % (text(False), text(False))).encode())
             for name in ("neg", "pos") for i in range(10)}, [r"gunzip"])


def a_class_of_one_letter():
    return {"%s.txt" % name: lines(text() for _ in range(20)) for name in ("pos", "neg", "neu", "q")}, [r"--class"]


def a_copy_beside():
    made = table(["text", "label"], [(t, c) for c, t in rows("01", 20)])
    return {"dataset.csv": made, "Copy of dataset.csv": made}, even("01", train=20)


def packed_beside():
    give = lambda n: table(["text", "label"], [(t, c) for c, t in rows("01", n)])
    train = give(20)
    return {"train.csv": train, "train.csv.gz": gzip.compress(train.encode()), "test.csv": give(6)}, even("01", train=20, test=6)


def pieces_of_the_whole():
    made = rows(["DESC:def", "HUM:ind"], 40)
    return ({"train_%d.label" % n: lines("%s %s" % row for row in made[:n]) for n in (20, 40, 80)},
            even(["DESC:def", "HUM:ind"], train=40))


def names_of_hosts():
    made = [("%s-%s%d.com" % (rng.choice(["mail", "news", "shop"]), rng.choice(["river", "lamp"]), i), c) for i, c in enumerate(["good", "bad"] * 20)]
    return {"hosts.csv": table(["domain", "label"], made)}, even(["bad", "good"], train=20)


CASES = [semicolon_text_files, parts_as_endings, questions_with_classes_in_front, a_file_a_class, labels_behind_a_tab,
         tables_side_by_side, airline_tweets, news_without_header, spam_with_empty_columns, tweets_of_a_pandemic,
         two_possible_labels, one_object_of_lists, an_array_of_objects, headlines, newsgroups, class_folders_and_a_readme,
         a_test_without_labels, judgements_without_header, an_unnamed_first_column, shards, fasttext_without_suffix, stars,
         several_labels, pairs_of_sentences, text_of_a_spreadsheet, no_labels_at_all, a_class_in_each_name, a_zip_from_a_mac,
         links_of_a_library, a_workbook_in_a_folder, a_small_table_with_other_names, parts_in_a_column,
         parts_in_a_field, truths_of_validation, texts_by_class_in_json, texts_by_class_and_part_in_json,
         records_by_key_in_json, columns_of_parts_in_json, a_split_frame_in_json, labels_in_lists,
         several_labels_in_lists, a_test_whose_labels_are_kept_back, reviews_without_labels_beside,
         a_table_a_class, tweets_a_class, tasks_side_by_side, samples_of_all_files, a_table_of_file_names,
         articles_in_one_folder, packed_documents, a_class_of_one_letter, a_copy_beside, packed_beside,
         pieces_of_the_whole, names_of_hosts, several_labels_in_lines, tags_in_lists]


def try_it(rnnprep, corpus, folder):
    """(what came of it as counts or a message, all that was said)."""
    output = os.path.join(folder, "o.h5")
    made = subprocess.run([rnnprep, corpus, "-o", output], capture_output=True, stdin=subprocess.DEVNULL)
    said = (made.stdout + made.stderr).decode("utf-8", "replace")
    if made.returncode:
        return made.stderr.decode("utf-8", "replace"), said
    shown = subprocess.run([rnnprep, "inspect", output, "--rows", "0"], check=True, capture_output=True).stdout.decode()
    os.remove(output)
    found = {}
    for part, classes in re.findall(r"^(train|test|validation) +\d+ rows: (.*), [\d.]+ ids a row", shown, re.M):
        found[part] = {name: int(n) for name, n in re.findall(r"(.+?) (\d+)(?:, |$)", classes)}
    return found, said


def is_meant(found, expected):
    for one in expected if isinstance(expected, list) else [expected]:
        if isinstance(one, str):
            if isinstance(found, str) and re.search(one, found, re.I):
                return True
        elif found == one:
            return True
    return False


def main():
    rnnprep, n_bad = sys.argv[1], 0
    for case in CASES:
        files, expected = case()
        with tempfile.TemporaryDirectory() as folder:
            top = os.path.join(folder, "corpus")
            for name, content in files.items():
                path = os.path.join(top, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(content if isinstance(content, bytes) else content.encode())
            tries = [top] + ([os.path.join(top, *files)] if len(files) == 1 else [])
            if tries[-1].endswith(".zip"):
                tries = tries[1:]
            for corpus in tries:
                found, said = try_it(rnnprep, corpus, folder)
                if not is_meant(found, expected):
                    n_bad += 1
                    print("%s %s: %s" % (case.__name__, os.path.basename(corpus), str(found)[:500]))
    print("%d layouts, %d not as meant" % (len(CASES), n_bad))
    sys.exit(n_bad > 0)


if __name__ == "__main__":
    main()
