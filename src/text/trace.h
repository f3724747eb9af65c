/* Where the words of a cut stand in the document: each step that text_cut takes notes
 * which bytes became which. With `cut.trace` set text_cut fills it; NULL does nothing in
 * all of these. Nothing here is collective.
 */
#ifndef RNNTRAIN_TEXT_TRACE_H
#define RNNTRAIN_TEXT_TRACE_H

#include "text/text.h"

/* Bytes start .. end - 1 of the document. */
struct text_place {
    size_t start, end;
};

/* Zeroed at first, used again for the next document; text_trace_release. */
struct text_trace {
    struct text_place *words; /* (n_words) of the cut's words */
    size_t n_words, words_room;
    struct text_place *of[2]; /* private: of each byte of the passage, and of what it
                                 becomes */
    size_t n[2], room[2], at;
};
void text_trace_release(struct text_trace *trace);

/* The next n_from bytes of the passage become n_to. */
void text_trace_step(struct text_trace *trace, size_t n_from, size_t n_to);
/* All of them have: what they became is the passage. */
void text_trace_turn(struct text_trace *trace);

/* What text_cut does to a passage next; of tags it is the document itself. */
void text_trace_tags(struct text_trace *trace, const char *text, size_t n,
                     enum text_tags tags);
void text_trace_references(struct text_trace *trace, const char *text, size_t n);
void text_trace_form(struct text_trace *trace, const char *text, size_t n,
                     enum text_form form);
void text_trace_standard(struct text_trace *trace, const char *text, size_t n,
                         enum text_standard standard);
void text_trace_lower(struct text_trace *trace, const struct text_tokenizer *tokenizer,
                      const char *text, size_t n);

/* The words of the cut stand in `passage`, n bytes. */
void text_trace_words(struct text_trace *trace, const struct text_cut *cut,
                      const char *passage, size_t n);

#endif
