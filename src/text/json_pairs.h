/* Dictionaries of words and whole numbers in JSON, read where they stand: no value is
 * made of a pair, and the words stay in the text, whose escapes are taken out in place.
 * What is not as json.dumps writes it is no such dictionary here. */
#ifndef RNNTRAIN_TEXT_JSON_PAIRS_H
#define RNNTRAIN_TEXT_JSON_PAIRS_H

#include "base/base.h"

struct json_pair {
    const char *word; /* with a final 0 */
    size_t n;
    int64_t number;
};

struct json_pairs {
    char *json; /* owned: the words stand in it */
    struct json_pair *pairs;
    size_t n;
    bool is_given;
};

const char *json_skip_blanks(const char *at, const char *end);

/* Takes the escapes out of a string in place, from its first character to its quote, or
 * to the final 0 where `whole`. Behind it; NULL: it is no string. *n gets its length, and
 * it a final 0. */
const char *json_unescape(char *text, bool whole, size_t *n);

/* Reads {"word": number, ...}, n bytes and a final 0, which it changes; false where it is
 * anything else. */
bool json_pairs_read(char *json, size_t n, struct json_pairs *pairs);
void json_pairs_release(struct json_pairs *pairs);

#endif
