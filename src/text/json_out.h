/* JSON as it is written, and a word in it. */
#ifndef RNNTRAIN_TEXT_JSON_OUT_H
#define RNNTRAIN_TEXT_JSON_OUT_H

#include "base/base.h"

struct json_out {
    char *text; /* with a final 0 once something was put; owned */
    size_t n, room;
};

void json_put(struct json_out *out, const char *text, size_t n);
void json_put_text(struct json_out *out, const char *text);
/* Counts and indices: not negative. */
void json_put_number(struct json_out *out, int64_t value);
/* A word, valid UTF-8, as a JSON string within a JSON string, in ASCII, but for the
 * quotes around it: each escape's backslash is doubled. */
void json_put_word(struct json_out *out, const char *word, size_t n);

#endif
