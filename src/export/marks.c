#include "export/marks.h"

#include <stdlib.h>
#include <string.h>

char *export_marks(const struct text_tokenizer *tokenizer, const struct ngrams *ngrams)
{
    char *marks = xstrdup("");

    for (int i = 0; i < TEXT_MARKS && ngrams->punctuation; i++) {
        const char *mark = text_mark(i);
        if (text_mark_number(tokenizer, mark, strlen(mark)) < 0)
            continue;
        char *longer = xasprintf("%s%s", marks, mark);
        free(marks);
        marks = longer;
    }
    return marks;
}
