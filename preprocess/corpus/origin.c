#include "corpus/corpus.h"

#include <stdlib.h>
#include <string.h>

/* Its folder or file of records within the source, "" the source itself. */
static const char *place_path(const struct corpus *corpus,
                              const struct document *document)
{
    return strchr(words_text(&corpus->place_names, document->place), ' ') + 1;
}

static bool is_record(const struct corpus *corpus, const struct document *document)
{
    return corpus->places[document->place].kind != PLACE_FOLDER;
}

/* Bytes of the folders that lead to a document, each with its '/'. */
static size_t folder_bytes(const struct corpus *corpus, const struct document *document)
{
    const char *path = place_path(corpus, document), *slash = strrchr(path, '/');
    size_t n = strlen(path);

    if (is_record(corpus, document))
        return slash ? (size_t)(slash - path) + 1 : 0;
    return n > 0 ? n + 1 : 0;
}

/* Byte i of the path's folders, of which the last may have no '/' of its own. */
static char byte_at(const char *path, size_t i)
{
    return path[i] ? path[i] : '/';
}

/* Of the `most` bytes of `known` those that the folders of `path`, n bytes, have too. */
static size_t common_bytes(const char *known, size_t most, const char *path, size_t n)
{
    size_t same = 0;

    for (size_t i = 0; i < most && i < n; i++) {
        if (byte_at(known, i) != byte_at(path, i))
            break;
        if (byte_at(path, i) == '/')
            same = i + 1;
    }
    return same;
}

size_t *corpus_common_folders(const struct corpus *corpus, int n_sources)
{
    size_t *common = xcalloc((size_t)n_sources, sizeof *common);
    const char **known = xcalloc((size_t)n_sources, sizeof(char *));
    int32_t last = -1, n_rows = 0;

    for (int part = 0; part < DATASET_PARTS; part++)
        n_rows += corpus->n_of_part[part];
    for (int32_t i = 0; i < n_rows; i++) {
        const struct document *document = &corpus->documents[corpus->rows[i]];
        int source = corpus->places[document->place].source;
        const char *path = place_path(corpus, document);
        size_t n = folder_bytes(corpus, document);

        if (document->place == last)
            continue;
        last = document->place;
        common[source] =
            known[source] ? common_bytes(known[source], common[source], path, n) : n;
        known[source] = known[source] ? known[source] : path;
    }
    free(known);
    return common;
}

char *corpus_origin(const struct corpus *corpus, const struct document *document,
                    const size_t *skipped)
{
    const char *path = place_path(corpus, document);
    size_t n = strlen(path), common = skipped[corpus->places[document->place].source];
    const char *shown = common < n ? path + common : path + n;

    if (!is_record(corpus, document))
        return xasprintf("%s%s%s", shown, *shown ? "/" : "",
                         corpus->names + document->name);
    char *line =
        xasprintf("%s%sline %lld", shown, *shown ? ": " : "", (long long)document->name);
    if (document->id < 0)
        return line;
    char *whole = xasprintf("%s, id %s", line, corpus->names + document->id);
    free(line);
    return whole;
}
