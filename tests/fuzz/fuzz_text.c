/* The tokenizer: any settings on any text; and its JSON, any bytes. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "text/text.h"

static void encode_and_check(const struct text_tokenizer *tokenizer, const char *text,
                             size_t n, struct text_ids *ids)
{
    const struct text_options *options = text_settings(tokenizer);
    int32_t *row = xcalloc((size_t)options->maxlen, sizeof *row);
    text_encode(tokenizer, text, n, ids);
    for (size_t i = 0; i < ids->n; i++)
        fuzz_check(ids->ids[i] >= 1 && ids->ids[i] <= text_max_id(tokenizer),
                   "an id's range");
    int kept = text_pad(options, ids->ids, ids->n, row);
    fuzz_check(kept >= 0 && kept <= options->maxlen, "ids kept");
    free(row);
}

/* What is written can be read, and gives the same ids. */
static void check_json(const struct text_tokenizer *tokenizer, const char *text, size_t n,
                       const struct text_ids *expected)
{
    char *json = text_to_json(tokenizer, false);
    struct text_tokenizer *read = NULL;
    struct text_ids ids = {0};

    fuzz_check(!text_from_json(json, "json", text_settings(tokenizer), &read),
               "own JSON");
    encode_and_check(read, text, n, &ids);
    fuzz_check(ids.n == expected->n && (ids.n == 0 || !memcmp(ids.ids, expected->ids,
                                                              ids.n * sizeof *ids.ids)),
               "the same ids from JSON");
    text_ids_release(&ids);
    text_free(read);
    free(json);
}

/* A valid UTF-8 string of the input, or NULL. */
static char *word(struct fuzz *input)
{
    char *text = fuzz_text(input);
    if (*text && text_is_utf8(text))
        return text;
    free(text);
    return NULL;
}

static void try_text(struct fuzz *input)
{
    struct text_options options = {.tags = (enum text_tags)fuzz_below(input, 4),
                                   .form = (enum text_form)fuzz_below(input, 3),
                                   .segment = (enum text_segment)fuzz_below(input, 3),
                                   .lower = fuzz_below(input, 2),
                                   .pad_pre = fuzz_below(input, 2),
                                   .truncate_pre = fuzz_below(input, 2),
                                   .num_words = fuzz_below(input, 20),
                                   .maxlen = 1 + fuzz_below(input, 30)};
    int given = fuzz_below(input, 16);
    char *stop = given & 8 ? word(input) : NULL;

    options.filters = given & 1 ? word(input) : NULL;
    options.split = given & 2 ? word(input) : NULL;
    options.oov_token = given & 4 ? word(input) : NULL;
    options.stop_words = &stop;
    options.n_stop_words = stop != NULL;

    size_t n = input->n, first_bad = 0, n_clean = 0;
    char *text = xcalloc(n + 1, 1), *clean = NULL;
    memcpy(text, input->bytes, n);
    if (text_repair_utf8(text, n, &clean, &n_clean, &first_bad)) {
        free(text);
        text = clean;
        n = n_clean;
    }
    fuzz_check(text_is_utf8(text), "repaired UTF-8");
    n = text_strip_tags(text, n, options.tags, text);

    struct text_tokenizer *tokenizer = text_new(&options);
    text_fit(tokenizer, text, n);
    text_freeze(tokenizer, 1);
    struct text_ids ids = {0};

    encode_and_check(tokenizer, text, n, &ids);
    check_json(tokenizer, text, n, &ids);

    text_ids_release(&ids);
    text_free(tokenizer);
    free(options.filters);
    free(options.split);
    free(options.oov_token);
    free(stop);
    free(text);
}

static void try_json(struct fuzz *input)
{
    struct text_options padding = {.pad_pre = true, .truncate_pre = true, .maxlen = 10};
    struct text_tokenizer *tokenizer = NULL;
    char *json = fuzz_text(input);

    if (!text_from_json(json, "tokenizer.json", &padding, &tokenizer)) {
        struct text_ids ids = {0};
        static const char text[] = "The film <b>was</b> good, 1990s \xc4\xb0!";
        encode_and_check(tokenizer, text, sizeof text - 1, &ids);
        text_ids_release(&ids);
        text_free(tokenizer);
    } else {
        fuzz_check(*fail_message(), "a message");
    }
    free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz input = {bytes, n};
    if (n > 0 && *bytes == '{')
        try_json(&input);
    else
        try_text(&input);
    return 0;
}
