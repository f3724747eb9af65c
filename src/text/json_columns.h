/* A tokenizer's JSON, of words that are listed one by one. */
#ifndef RNNTRAIN_TEXT_JSON_COLUMNS_H
#define RNNTRAIN_TEXT_JSON_COLUMNS_H

#include "text/json_dictionaries.h"
#include "text/private.h"

/* A word, and what stands beside it or its index. */
struct json_word {
    struct json_span text;
    bool is_escaped; /* as json_put_word puts it; else as it is */
    int64_t index, count, n_documents;
};

struct json_words {
    const void *data;
    size_t n; /* of each dictionary, at most */
    /* Word i of a dictionary; false: it is left out of that. */
    bool (*word)(const void *data, enum json_dictionary dictionary, size_t i,
                 struct json_word *word);
};

/* The text is the caller's to free; of the tokenizer its settings alone matter. */
char *json_columns_write(const struct text_tokenizer *settings,
                         const struct json_words *words);

#endif
