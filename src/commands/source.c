#include "commands/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ahead.h"
#include "base/say.h"
#include "commands/lines.h"
#include "commands/texts.h"

/* Batches of texts that are read ahead. */
enum { BATCHES_AHEAD = 8 };

struct source {
    struct source_how how;
    int64_t n; /* texts that were read, those that are passed over too */

    struct lines *lines; /* NULL: texts are read */
    int rc;              /* of a line behind those of the last batch */
    char *message;       /* of rc; owned */
    struct records_options records;
    struct texts texts;
    struct ahead *ahead; /* of batches */
};

static bool passes_over(struct source *source)
{
    return source->n++ < source->how.skip;
}

/* Begins where the next text stands. */
static void begin(struct source *source, struct batch *batch)
{
    batch_clear(batch);
    batch->first = source->n > source->how.skip ? source->n : source->how.skip;
}

static int sink(void *context, const struct one_text *text)
{
    struct source *source = context;
    struct batch *batch = ahead_item(source->ahead);
    if (passes_over(source))
        return OK;

    if (batch->n == 0)
        batch->first = source->n - 1;
    batch_add_text(batch, text, source->how.keeps_texts);
    if (!batch_is_full(batch))
        return OK;
    if (!ahead_give(source->ahead))
        return fail(ERR_INTERNAL, "nobody takes the texts");
    batch_clear(ahead_item(source->ahead));
    return OK;
}

/* What was read before an error is judged. */
static int read_texts(void *context, struct ahead *ahead)
{
    struct source *source = context;
    int rc = texts_read(&source->texts);
    char *message = rc ? xstrdup(fail_message()) : NULL;

    if (((struct batch *)ahead_item(ahead))->n > 0)
        (void)ahead_give(ahead);
    if (rc)
        rc = fail(rc, "%s", message);
    free(message);
    return rc;
}

static void open_texts(struct source *source)
{
    source->records.label_use = LABELS_OPTIONAL;
    source->texts = (struct texts){.path = source->how.path,
                                   .options = &source->records,
                                   .encoding = source->how.input->encoding,
                                   .sink = sink,
                                   .context = source};
    source->ahead = ahead_new(BATCHES_AHEAD, sizeof(struct batch), read_texts, source);
}

int source_open(const struct source_how *how, struct source **result)
{
    struct source *source = xcalloc(1, sizeof *source);
    bool are_texts = false;
    int rc = OK;
    source->how = *how;
    source->records = input_records(how->input);

    if (!how->whole)
        rc = texts_are_there(how->path, &source->records, &are_texts);
    if (!rc && !are_texts)
        rc = lines_open(how->path, how->input->encoding, &source->lines);
    if (!rc && are_texts)
        open_texts(source);

    if (rc)
        source_close(source);
    else
        *result = source;
    return rc;
}

static void release_batch(void *item)
{
    batch_release(item);
}

void source_close(struct source *source)
{
    if (!source)
        return;
    ahead_free(source->ahead, release_batch);
    texts_release(&source->texts);
    lines_close(source->lines);
    free(source->message);
    free(source);
}

static int take_line(struct source *source, bool waits, struct batch *batch, bool *found)
{
    char *line = NULL;
    int rc = source->how.whole ? lines_take_all(source->lines, &line)
                               : lines_take(source->lines, waits, &line);
    *found = !rc && line;
    if (*found && !passes_over(source))
        batch_add_line(batch, line, source->how.keeps_lines);
    free(line);
    return rc;
}

/* Lines that stand before an error are judged first: it waits for the next call. */
static int take_lines(struct source *source, struct batch *batch, bool *end)
{
    bool found = true;
    if (source->rc)
        return fail(source->rc, "%s", source->message);

    begin(source, batch);
    while (!source->rc && found && !batch_is_full(batch))
        source->rc = take_line(source, batch->n == 0, batch, &found);
    if (source->rc && batch->n == 0)
        return source->rc;
    if (source->rc)
        source->message = xstrdup(fail_message());
    *end = batch->n == 0;
    return OK;
}

static int take_whole(struct source *source, struct batch *batch, bool *end)
{
    int rc = OK;

    begin(source, batch);
    *end = source->n > 0;
    if (!*end)
        rc = take_line(source, true, batch, &(bool){false});
    *end |= !rc && batch->n == 0;
    return rc;
}

static int check_skip(const struct source *source)
{
    if (source->n >= source->how.skip)
        return OK;
    return fail(ERR_USAGE, "--skip %lld: %s has %lld text%s", (long long)source->how.skip,
                strcmp(source->how.path, "-") ? source->how.path : "standard input",
                (long long)source->n, plural(source->n));
}

int source_take(struct source *source, struct batch *batch, bool *end)
{
    int rc = source->ahead       ? ahead_take(source->ahead, batch, end)
             : source->how.whole ? take_whole(source, batch, end)
                                 : take_lines(source, batch, end);
    if (!rc && *end)
        rc = check_skip(source);
    *end &= !rc; /* an error is an item */
    return rc;
}

static void print_notes_of_lines(const struct source *source)
{
    const struct lines *lines = source->lines;
    const char *encoding = source->how.input->encoding, *path = source->how.path;
    int64_t line = 0, n_bad = lines_bad(lines, &line);

    if (n_bad)
        say_line(stderr,
                 "rnntrain: note: %s: %lld sequence%s not valid %s, the first in line "
                 "%lld, and replaced: --encoding names another encoding",
                 path, (long long)n_bad, n_bad == 1 ? " is" : "s are",
                 encoding ? encoding : "UTF-8", (long long)line);
    if (lines_begin_as_table(lines) && !source->how.whole)
        say_line(
            stderr,
            "rnntrain: note: %s: the first line looks like names of columns, and each "
            "line was judged as a text: --format csv (or tsv) reads a table",
            path);
}

void source_print_notes(const struct source *source)
{
    if (source->lines)
        print_notes_of_lines(source);
    else
        texts_print_notes(&source->texts);
}
