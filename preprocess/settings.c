#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "choose.h"
#include "corpus/corpus.h"
#include "text/ngrams.h"
#include "text/text.h"

static const char *const side_choices[] = {"pre", "post", NULL};
static const char *const all_word[] = {"all", NULL};
static const char *const none_word[] = {"none", NULL};
static const char *const cores_word[] = {"cores", NULL};

#define FIELD(name) offsetof(struct settings, name)

static const struct option word_options[] = {
    {"vocab-limit", OPTION_INT, FIELD(vocab_limit), "none", 0, 1e9, none_word,
     "words to know while reading: whenever there are more than twice as many, all but "
     "the "
     "most frequent so far are forgotten (ties: first seen stays)",
     "Tokenizer", false},
    {"segment", OPTION_CHOICE, FIELD(segment), "split", 0, 0, text_segment_names,
     "where words end: at blanks and filtered characters, as Keras does; by Unicode's "
     "rules "
     "and ICU's dictionaries (Chinese, Japanese, Thai, ...); or every character is one",
     "Tokenizer", false},
    {"char-level", OPTION_BOOL, FIELD(char_level), "false", 0, 0, NULL,
     "the same as --segment char", "Tokenizer", true},
    {"lower", OPTION_BOOL, FIELD(lower), "true", 0, 0, NULL,
     "lower-case first; --no-lower keeps the case", "Tokenizer", false},
    {"normalize", OPTION_CHOICE, FIELD(normalize), "none", 0, 0, text_form_names,
     "Unicode's normal form of the text", "Tokenizer", false},
    {"tags", OPTION_CHOICE, FIELD(tags), "remove", 0, 0, text_tag_names,
     "what becomes of <...>: removed, as in the notebook, replaced by a space, the same "
     "with "
     "&amp; and the like decoded, or kept",
     "Tokenizer", false},
    {"filters", OPTION_STRING, FIELD(filters), NULL, 0, 0, NULL,
     "characters that separate words (default: Keras's)", "Tokenizer", false},
    {"split", OPTION_STRING, FIELD(split), NULL, 0, 0, NULL,
     "what stands between words once filtered characters have become it (default: a "
     "space)",
     "Tokenizer", false},
    {"stop-words", OPTION_STRING, FIELD(stop_words), NULL, 0, 0, NULL,
     "words to leave out: a file with one a line, or english, german, french, spanish, "
     "italian, portuguese, dutch",
     "Tokenizer", true},
};

const struct option_table settings_word_options = {
    .options = word_options, .n_options = (int)COUNT_OF(word_options)};

static const struct option table_options[] = {
    {"for", OPTION_CHOICE, FIELD(purpose), "none", 0, 0, purpose_names,
     "chooses what is not given of --segment, --tags, --num-words, --ngrams, "
     "--ngram-characters, --ngram-min-count, --ngram-punctuation, --vectors and --maxlen "
     "by what the training texts are, as told above: for networks and linear models, for "
     "--model linear alone, or for the best of both",
     "What fits", true},
    {"test", OPTION_STRING, FIELD(test), NULL, 0, 0, option_file,
     "the test documents, if CORPUS has none: a folder, file or archive", "Corpus", true},
    {"validation", OPTION_STRING, FIELD(validation), NULL, 0, 0, option_file,
     "the same for validation documents", "Corpus", true},
    {"class", OPTION_LIST, FIELD(classes), NULL, 0, 0, NULL,
     "NAME=FILE: every line of the file is a document of this class, with "
     "--text-column or --text-field every row of it; once a class",
     "Corpus", true},
    {"unlabelled", OPTION_LIST, FIELD(unlabelled), NULL, 0, 0, option_file,
     "more texts, without labels, whose words count too: a file with a text a line, a "
     "table or JSON, or a folder or an archive of such files or of texts; may be given "
     "several times",
     "Corpus", true},
    {"keep-origin", OPTION_BOOL, FIELD(keep_origin), "false", 0, 0, NULL,
     "keep where each row came from: its file within the corpus, line and id", "Corpus",
     true},
    {"keep-text", OPTION_BOOL, FIELD(keep_text), "false", 0, 0, NULL,
     "keep each row's text, for eval --rows and mistakes to show", "Corpus", true},
    {"id-column", OPTION_STRING, FIELD(id_column), NULL, 0, 0, NULL,
     "name or number (from 1) of the column, or JSON field, with what rows are called, "
     "for --keep-origin (default: id, where there is one)",
     "Corpus", true},
    {"strict", OPTION_BOOL, FIELD(strict), "false", 0, 0, NULL,
     "refuse invalid bytes instead of replacing them", "Corpus", true},
    {"labels", OPTION_STRING, FIELD(labels), NULL, 0, 0, option_file,
     "file with the classes in their order, one a line; labels in CORPUS are these "
     "names, or "
     "their numbers from 0 or 1",
     "Parts", true},
    {"merge-labels", OPTION_CHOICE, FIELD(merge_labels), "auto", 0, 0,
     spelling_rule_names,
     "which spellings of a label are one class, each with those before: none; equal in "
     "Unicode's NFC; equal as numbers (1, 1.0); equal but for case; auto: NFC, and what "
     "is certain",
     "Parts", true},
    {"missing-labels", OPTION_CHOICE, FIELD(missing_labels), "auto", 0, 0,
     missing_rule_names,
     "rows with a label such as NaN, NULL, None, N/A: left out, a class, or refused; "
     "auto: left out unless they may be a class",
     "Parts", true},
    {"test-split", OPTION_DOUBLE, FIELD(test_split), "0", 0, 0.9, NULL,
     "share of the documents that become the test part, chosen by a hash of their text: "
     "the "
     "same ones when the corpus grows",
     "Parts", false},
    {"validation-split", OPTION_DOUBLE, FIELD(validation_split), "0", 0, 0.9, NULL,
     "share of the training documents that become the validation part, likewise", "Parts",
     false},
    {"drop-duplicates", OPTION_BOOL, FIELD(drop_duplicates), "false", 0, 0, NULL,
     "of equal texts keep one: in test before validation before train before those of "
     "--unlabelled",
     "Parts", false},
    {"tokenizer", OPTION_STRING, FIELD(tokenizer), NULL, 0, 0, option_file,
     "use the vocabulary of a model (best.h5), or of a data set, and its padding unless "
     "another is given; or of Keras's tokenizer: tokenizer.json, a pickle, a word index",
     "Tokenizer", true},
    {"imdb-word-index", OPTION_STRING, FIELD(imdb_word_index), NULL, 0, 0, option_file,
     "use the word index of keras.datasets.imdb, {\"the\": 1, ...}: ids are index + 3, a "
     "text begins with 1, words at or beyond --num-words are 2, words that it lacks are "
     "dropped",
     "Tokenizer", true},
    {"num-words", OPTION_INT, FIELD(num_words), "3800", 0, 100000000, all_word,
     "ids: the num_words - 1 most frequent words are kept, as Keras does", "Tokenizer",
     false},
    {"min-count", OPTION_INT, FIELD(min_count), "1", 1, 1e9, NULL,
     "rarer words get no id", "Tokenizer", false},
    {"oov-token", OPTION_STRING, FIELD(oov_token), NULL, 0, 0, NULL,
     "a token that stands for unknown words (id 1); without it they are dropped",
     "Tokenizer", false},
    {"ngrams", OPTION_INT, FIELD(ngrams), "none", 0, NGRAMS_MOST_WORDS, none_word,
     "beside the ids also which n-grams of 1 to so many words each text has, for "
     "rnntrain "
     "--model linear; of all words, not only the num_words kept",
     "N-grams", false},
    {"ngram-characters", OPTION_INT, FIELD(ngram_characters), "none", 0,
     NGRAMS_MOST_WORDS, none_word,
     "with --ngrams also of 1 to so many characters of a word, its beginning and end "
     "among them: endings, stems and spellings of words that nobody has seen; none: of "
     "words alone",
     "N-grams", false},
    {"ngram-min-count", OPTION_INT, FIELD(ngram_min_count), "2", 1, 1e9, NULL,
     "n-grams in fewer training documents are dropped", "N-grams", false},
    {"ngram-limit", OPTION_INT, FIELD(ngram_limit), "20000000", 0, 1e9, none_word,
     "n-grams of one length to know while they are counted: whenever there are more than "
     "twice as many, all but those in most documents so far are forgotten",
     "N-grams", false},
    {"ngram-punctuation", OPTION_BOOL, FIELD(ngram_punctuation), "false", 0, 0, NULL,
     "in n-grams ! ? . , ; : ( ) \" - are words too", "N-grams", false},
    {"vectors", OPTION_INT, FIELD(vectors), "none", 0, 4096, none_word,
     "vectors of the words, of so many numbers, for rnntrain --vectors own: those that "
     "rnnprep vectors makes of the training texts and of --unlabelled",
     "Vectors", false},
    {"maxlen", OPTION_INT, FIELD(maxlen), "380", 1, 65536, NULL, "ids in a row", "Rows",
     false},
    {"padding", OPTION_CHOICE, FIELD(padding), "pre", 0, 0, side_choices,
     "where short rows are padded", "Rows", false},
    {"truncating", OPTION_CHOICE, FIELD(truncating), "pre", 0, 0, side_choices,
     "which end long rows lose", "Rows", false},
    {"output", OPTION_STRING, FIELD(output), "dataset.h5", 0, 0, option_file,
     "file to write, replaced if it is there; -o for short", "Output", true},
    {"save-tokenizer", OPTION_STRING, FIELD(save_tokenizer), NULL, 0, 0, option_file,
     "also write the tokenizer as Keras's tokenizer.json", "Output", true},
    {"report", OPTION_STRING, FIELD(report), NULL, 0, 0, option_file,
     "also write the summary as JSON", "Output", true},
    {"quiet", OPTION_BOOL, FIELD(quiet), "false", 0, 0, NULL, "print no summary",
     "Output", true},
    {"threads", OPTION_INT, FIELD(threads), "cores", 0, 1024, cores_word,
     "threads; their number does not change the result", "Output", true},
};

static const struct option_part table_parts[] = {{&settings_word_options, 0},
                                                 {&input_options, FIELD(input)}};

const struct option_table cmd_prepare_table = {
    .options = table_options,
    .n_options = (int)COUNT_OF(table_options),
    .parts = table_parts,
    .n_parts = (int)COUNT_OF(table_parts),
    .program = "rnnprep prepare",
    .synopsis =
        "CORPUS [options]\n"
        "       rnnprep prepare --class NAME=FILE --class NAME=FILE ... [options]",
    .example = "  rnnprep reviews.csv --test-split 0.2 -o dataset.h5\n",
    .about =
        "Makes a data set of a corpus. The word `prepare` may be left out.\n\n"
        "  CORPUS  a folder with a folder a class, a file of labelled texts (csv, tsv,\n"
        "          jsonl, json, fasttext, lines), or an archive of either; -: standard\n"
        "          input\n\n"
        "What --for chooses (README: why):\n"
        "  --segment           char where nearly all texts are one word; icu where one\n"
        "                      in ten is of a script without blanks between words\n"
        "  --tags              html where one text in a hundred has &amp; and the like;\n"
        "                      space where one in a hundred has HTML's tags\n"
        "  --ngrams            3 for texts of 60 words and more, else 2; 4 of\n"
        "                      characters; with --ngram-punctuation\n"
        "  --ngram-characters  5 below a million words and, times outputs, 10 million\n"
        "  --ngram-min-count   1 below a million words and, times outputs, 20 million\n"
        "  --num-words         all, or 30000 where there are more\n"
        "  --vectors           64 for best, where so many words are met twice\n"
        "  --maxlen            ids that 98 % of the texts need, 10 to 400; for fast\n"
        "                      to 40\n\n"
        "Options may also stand in the environment (RNNPREP_NUM_WORDS=5000); the "
        "command\nline wins.\n",
    .environment = "RNNPREP_",
    .min_operands = 0,
    .max_operands = 1,
};

bool settings_bring_words(const struct settings *settings)
{
    return settings->tokenizer || settings->imdb_word_index;
}

/* The index of keras.datasets.imdb is cut off where load_data(num_words=N) is told to. */
static bool makes_words(const struct settings *settings, const struct option *option)
{
    bool is_cut_off = settings->imdb_word_index && !strcmp(option->name, "num-words");
    return !strcmp(option->group, "Tokenizer") && !option->transient && !is_cut_off;
}

/* Options that make a new vocabulary do not go with one that is there. */
static int check_reuse(const struct settings *settings)
{
    const char *name = settings->tokenizer ? "--tokenizer" : "--imdb-word-index";
    const char *file =
        settings->tokenizer ? settings->tokenizer : settings->imdb_word_index;
    struct settings defaults = {0};

    options_init(&cmd_prepare_table, &defaults);
    char *given_text = options_to_json(&cmd_prepare_table, settings);
    char *default_text = options_to_json(&cmd_prepare_table, &defaults);

    json_t *given = json_loads(given_text, 0, NULL);
    json_t *usual = json_loads(default_text, 0, NULL);

    int rc = settings->stop_words || settings->char_level
                 ? fail(ERR_USAGE,
                        "--stop-words and --char-level make a vocabulary; "
                        "%s brings its own",
                        name)
                 : OK;

    struct option option;
    for (int i = 0; !rc && options_at(&cmd_prepare_table, i, &option); i++) {
        char *key = options_key(&option);
        if (makes_words(settings, &option) &&
            !json_equal(json_object_get(given, key), json_object_get(usual, key)))
            rc = fail(ERR_USAGE, "--%s makes a vocabulary; %s %s brings its own",
                      option.name, name, file);
        free(key);
    }

    json_decref(given);
    json_decref(usual);
    free(given_text);
    free(default_text);
    options_release(&cmd_prepare_table, &defaults);
    return rc;
}

/* Below num_words there must be a word's id: the first, or where ids are index + 3 the
 * fourth. */
static int check_num_words(const struct settings *settings)
{
    int64_t first = settings->imdb_word_index ? 4 : 1, n = settings->num_words;
    if (n == 0 || n > first)
        return OK;
    return fail(ERR_USAGE,
                "--num-words %d keeps no word: expected 0 (all) or %d and more", (int)n,
                (int)first + 1);
}

/* What says how n-grams are counted where none are. */
static int check_ngrams(const struct settings *settings)
{
    struct settings usual = {0};
    const char *name = NULL;
    if (settings->ngrams)
        return OK;

    options_init(&cmd_prepare_table, &usual);
    if (settings->ngram_punctuation)
        name = "--ngram-punctuation";
    else if (settings->ngram_characters)
        name = "--ngram-characters";
    else if (settings->ngram_min_count != usual.ngram_min_count)
        name = "--ngram-min-count";
    else if (settings->ngram_limit != usual.ngram_limit)
        name = "--ngram-limit";
    options_release(&cmd_prepare_table, &usual);

    return name ? fail(ERR_USAGE,
                       "%s says how n-grams are counted: give --ngrams N too, the words "
                       "of the longest",
                       name)
                : OK;
}

int settings_check(const struct settings *settings)
{
    int rc = check_num_words(settings);
    if (!rc)
        rc = check_ngrams(settings);
    if (!rc && settings->id_column && !settings->keep_origin)
        rc = fail(ERR_USAGE, "--id-column %s: ids are kept with --keep-origin: add it",
                  settings->id_column);
    if (rc)
        return rc;
    if (settings->purpose != PURPOSE_NONE && settings_bring_words(settings))
        return fail(ERR_USAGE,
                    "--for %s chooses how words are made, and %s brings its own: leave "
                    "one of them out",
                    purpose_names[settings->purpose],
                    settings->tokenizer ? "--tokenizer" : "--imdb-word-index");
    if (settings->tokenizer && settings->imdb_word_index)
        return fail(ERR_USAGE, "--tokenizer and --imdb-word-index: give one of them");

    if (!text_is_utf8(settings->filters) || !text_is_utf8(settings->oov_token) ||
        !text_is_utf8(settings->split))
        return fail(ERR_USAGE, "--filters, --split and --oov-token must be valid UTF-8");
    if (settings->split && !*settings->split)
        return fail(ERR_USAGE,
                    "--split: expected one character or more (--char-level takes "
                    "every character)");

    if (settings->test && settings->test_split > 0)
        return fail(ERR_USAGE, "--test and --test-split: expected one of them");
    if (settings->validation && settings->validation_split > 0)
        return fail(ERR_USAGE,
                    "--validation and --validation-split: expected one of them");

    if (settings->classes &&
        (settings->input.label_columns || settings->input.label_separator))
        return fail(ERR_USAGE, "--class gives every text of a file one label: not beside "
                               "--label-columns or --label-separator");

    rc = input_check(&settings->input);
    return !rc && settings_bring_words(settings) ? check_reuse(settings) : rc;
}
