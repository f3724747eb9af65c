#include "clean.h"

#include <stdlib.h>
#include <string.h>

#include "rnntrain/text.h"

static void note_repair(struct repairs *repairs, const struct document *document,
                        size_t n_bad, size_t first_bad)
{
    repairs->n_parts += n_bad;
    if (repairs->n_documents++ >= 3)
        return;
    char *longer =
        xasprintf("%s%s%s/%s/%s (byte %zu)", repairs->examples ? repairs->examples : "",
                  repairs->examples ? ", " : "", corpus_part_names[document->part],
                  document->class_name, document->name, first_bad);
    free(repairs->examples);
    repairs->examples = longer;
}

int clean_corpus(struct corpus *corpus, bool strict, struct repairs *repairs)
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
        if (!n_bad)
            continue;
        note_repair(repairs, document, n_bad, first_bad);
        free(document->text);
        document->text = clean;
        document->n = n_clean;
    }
    return OK;
}
