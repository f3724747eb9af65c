/* The texts of whatever rnnprep reads, one after the other: rows of tables and of JSON
 * Lines, lines with labels, files in folders and archives, packed or not. Nothing is
 * decided about classes and parts. */
#ifndef RNNTRAIN_COMMANDS_TEXTS_H
#define RNNTRAIN_COMMANDS_TEXTS_H

#include "input/left_out.h"
#include "input/records.h"

/* All of it is borrowed during the call. */
struct one_text {
    const char *path; /* within the folder or archive; "": the file that was opened */
    const char *text; /* n bytes of valid UTF-8 */
    size_t n;
    const struct text_record *record; /* NULL: the file is the text */
    const struct field *header;       /* of the record's columns; NULL: there is none */
    int n_header;
};

/* What it returns ends the reading unless it is OK. */
typedef int texts_sink(void *context, const struct one_text *text);

/* What is to be read; all borrowed. */
struct texts {
    const char *path; /* a folder, a file or an archive; "-": standard input */
    const struct records_options *options;
    const char *encoding; /* NULL: UTF-8 */
    texts_sink *sink;
    void *context;

    /* Sequences that the encoding does not have, once it was read, and where the first
     * was; owned. */
    int64_t n_bad;
    char *bad;
    struct left_out left_out;
};

int texts_read(struct texts *texts) NODISCARD;
void texts_release(struct texts *texts);

/* Says, on standard error, what was replaced and what left out. */
void texts_print_notes(const struct texts *texts);

/* Whether texts_read is to read it: a folder or an archive, or a file that has records by
 * the options or by its name. Else it is a text a line, as standard input is. */
int texts_are_there(const char *path, const struct records_options *options,
                    bool *answer) NODISCARD;

#endif
