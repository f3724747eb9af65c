#include "input/file_class.h"

#include <stdlib.h>
#include <string.h>

#include "input/place.h"

static const char *const usual_classes[] = {
    "pos",       "neg",        "neu",  "positive", "negative", "neutral",
    "objective", "subjective", "ham",  "spam",     "toxic",    "nontoxic",
    "sarcastic", "ironic",     "fake", "real",     "truthful", "deceptive",
};

/* Endings, and words for what stands in a file, that name no class. */
static const char *const usual_endings[] = {
    "txt",  "text",    "texts",  "data",  "dat",      "csv",     "tsv",    "tab",
    "json", "jsonl",   "ndjson", "label", "labels",   "names",   "name",   "ids",
    "id",   "info",    "feat",   "vocab", "map",      "mapping", "list",   "lst",
    "src",  "tgt",     "all",    "full",  "raw",      "tok",     "utf",    "utf8",
    "gz",   "bz",      "xz",     "zst",   "zip",      "tar",     "tgz",    "xls",
    "xlsx", "parquet", "arff",   "ft",    "fasttext", "svm",     "libsvm", "npy",
    "npz",  "pkl",     "pickle", "db",    "sqlite",   "log",     "out",    "clean",
    "csvz", "old",     "new",    "mat",   "hdf",      "feather", "arrow",
};

static bool is_among(const char *const *words, size_t n_words, const char *text, size_t n)
{
    for (size_t i = 0; i < n_words; i++)
        if (place_is_word(text, n, words[i]))
            return true;
    return false;
}

bool file_class_is_usual(const char *name, size_t n)
{
    return is_among(usual_classes, COUNT_OF(usual_classes), name, n);
}

/* The name's last ending: letters, two to twenty. */
static bool ending_of(const char *file, struct word *ending)
{
    const char *dot = place_ending(file);
    size_t n = *dot ? strlen(dot + 1) : 0;
    if (n < 2 || n > 20)
        return false;
    for (size_t i = 1; i <= n; i++)
        if (!((dot[i] | 32) >= 'a' && (dot[i] | 32) <= 'z'))
            return false;
    *ending = (struct word){dot + 1, n};
    return true;
}

bool file_class(const char *path, struct word *name)
{
    const char *file = place_last_name(path);
    size_t n = strlen(file), at = 0;
    struct word word = {0};
    bool is_found = false;

    if (ending_of(file, &word) &&
        !is_among(usual_endings, COUNT_OF(usual_endings), word.text, word.n) &&
        place_part_of_name(word.text, word.n, NULL) == PLACE_NO_PART) {
        *name = word;
        return true;
    }

    while (place_next_word(file, n, &at, &word))
        if (file_class_is_usual(word.text, word.n)) {
            *name = word;
            is_found = true;
        }
    return is_found;
}

bool file_class_is_bare(const char *path)
{
    static const char *const beside[] = {
        "words",      "stopwords", "urls",    "sources", "index",   "notes",
        "history",    "changes",   "version", "about",   "lexicon", "terms",
        "dictionary", "files",     "todo",    "news",    "summary", "stats",
    };
    const char *file = place_last_name(path);
    size_t n = strlen(file) - strlen(place_ending(file)), at = 0;
    struct word word = {0};
    return place_next_word(file, n, &at, &word) && word.n == n &&
           !is_among(usual_endings, COUNT_OF(usual_endings), word.text, n) &&
           !is_among(beside, COUNT_OF(beside), word.text, n) &&
           place_part_of_name(word.text, n, NULL) == PLACE_NO_PART;
}

/* Whether a word is left out of the stem. */
static bool is_apart(struct word word, struct word class_name)
{
    return word.text == class_name.text ||
           place_part_of_name(word.text, word.n, NULL) >= 0;
}

char *file_class_stem(const char *path, struct word class_name)
{
    size_t n = strlen(path), used = 0, at = 0, end = 0;
    char *stem = xcalloc(n + 1, 1);
    struct word word = {0};

    while (place_next_word(path, n, &at, &word)) {
        size_t begin = (size_t)(word.text - path);
        memcpy(stem + used, path + end, begin - end);
        used += begin - end;
        end = begin + word.n;
        if (is_apart(word, class_name))
            continue;
        memcpy(stem + used, word.text, word.n);
        used += word.n;
    }

    memcpy(stem + used, path + end, n - end);
    return stem;
}
