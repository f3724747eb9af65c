#include "words/marks.h"

#include <stdlib.h>
#include <string.h>

enum { MARK_BITS = 5 };
_Static_assert(TEXT_MARKS <= 1 << MARK_BITS, "every mark has room");

int32_t marks_pack(int32_t n_before, int mark)
{
    return (int32_t)((uint32_t)n_before << MARK_BITS | (uint32_t)mark);
}

int32_t marks_words_before(int32_t packed)
{
    return packed >> MARK_BITS;
}

int marks_number(int32_t packed)
{
    return packed & ((1 << MARK_BITS) - 1);
}

int32_t marks_take(const struct text_tokenizer *tokenizer, struct text_cut *cut,
                   struct marks *marks)
{
    size_t n = 0, n_before = marks->n;
    if (cut->n > INT32_MAX >> MARK_BITS)
        die("a document of %zu words and marks", cut->n);

    if (marks->room - marks->n < cut->n) {
        marks->room = 2 * marks->room + cut->n;
        marks->packed = xrealloc(marks->packed, marks->room, sizeof *marks->packed);
    }

    for (size_t i = 0; i < cut->n; i++) {
        struct word word = cut->words[i];
        int mark = text_mark_number(tokenizer, word.text, word.n);
        if (mark < 0)
            cut->words[n++] = word;
        else
            marks->packed[marks->n++] = marks_pack((int32_t)n, mark);
    }
    cut->n = n;
    return (int32_t)(marks->n - n_before);
}

int marks_spool(struct marks *marks, const int32_t *words,
                const struct marks_counts *counts, size_t n, struct spool *spool)
{
    const int32_t *packed = marks->packed;
    size_t n_all = marks->n + n;
    for (size_t i = 0; i < n; i++)
        n_all += (size_t)counts[i].n_words;

    if (marks->spooled_room < n_all) {
        marks->spooled_room = n_all + n_all / 4;
        marks->spooled =
            xrealloc(marks->spooled, marks->spooled_room, sizeof *marks->spooled);
    }

    int32_t *to = marks->spooled;
    for (size_t i = 0; i < n; i++) {
        size_t n_words = (size_t)counts[i].n_words, n_marks = (size_t)counts[i].n_marks;
        if (n_words)
            memcpy(to, words, n_words * sizeof *to);
        to[n_words] = counts[i].n_marks;
        if (n_marks)
            memcpy(to + n_words + 1, packed, n_marks * sizeof *to);
        to += n_words + 1 + n_marks;
        words += n_words;
        packed += n_marks;
    }
    return spool_append(spool, marks->spooled, n_all);
}

void marks_release(struct marks *marks)
{
    free(marks->packed);
    free(marks->spooled);
    *marks = (struct marks){0};
}
