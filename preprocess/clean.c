#include "clean.h"

#include <stdlib.h>
#include <string.h>

#include "rnntrain/text.h"

size_t clean_tags(char *text, size_t n, enum tags tags)
{
    size_t used = 0;
    for (size_t i = 0; i < n && tags != TAGS_KEEP;) {
        const char *end = text[i] == '<' ? memchr(text + i, '>', n - i) : NULL;
        if (end && end > text + i + 1) {
            if (tags == TAGS_SPACE)
                text[used++] = ' ';
            i = (size_t)(end - text) + 1;
        } else {
            text[used++] = text[i++];
        }
    }
    return tags == TAGS_KEEP ? n : used;
}

static void note_repair(struct repairs *repairs, const struct document *document,
                        size_t n_bad, size_t first_bad)
{
    repairs->n_bytes += n_bad;
    if (repairs->n_documents++ >= 3)
        return;
    char *longer =
        xasprintf("%s%s%s/%s/%s (byte %zu)", repairs->examples ? repairs->examples : "",
                  repairs->examples ? ", " : "", corpus_part_names[document->part],
                  document->class_name, document->name, first_bad);
    free(repairs->examples);
    repairs->examples = longer;
}

int clean_corpus(struct corpus *corpus, enum tags tags, bool strict,
                 struct repairs *repairs)
{
    for (int i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        char *clean = NULL;
        size_t n_clean = 0, first_bad = 0;
        size_t n_bad =
            text_repair_utf8(document->text, document->n, &clean, &n_clean, &first_bad);
        if (n_bad && strict) {
            free(clean);
            return fail(
                ERR_FORMAT,
                "%s/%s/%s: byte %zu is not valid UTF-8; repair the file, or leave "
                "--strict out to have it replaced",
                corpus_part_names[document->part], document->class_name, document->name,
                first_bad);
        }
        if (n_bad) {
            note_repair(repairs, document, n_bad, first_bad);
            free(document->text);
            document->text = clean;
            document->n = n_clean;
        }
        document->n = clean_tags(document->text, document->n, tags);
    }
    return OK;
}
