/* What a text looks like before anything cuts it: what to cut it by has to know. */
#ifndef RNNTRAIN_TEXT_LOOK_H
#define RNNTRAIN_TEXT_LOOK_H

#include "base/base.h"

struct text_look {
    /* In a script without blanks between words (Chinese, Japanese, Thai, Lao, Khmer,
     * Burmese), at least half of its words, and nobody has put blanks between them. */
    bool is_uncut : 1;
    bool is_one_word : 1;    /* nothing but one word, of another script */
    bool has_tags : 1;       /* of HTML: <br />, </p> */
    bool has_references : 1; /* &amp; &#39; */
};

/* Of n_bytes of valid UTF-8. */
struct text_look text_look(const char *text, size_t n_bytes);

#endif
