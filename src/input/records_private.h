/* What records.c, which reads, and sniff.c, which finds out what there is, share. */
#ifndef RNNTRAIN_INPUT_RECORDS_PRIVATE_H
#define RNNTRAIN_INPUT_RECORDS_PRIVATE_H

#include "input/records.h"

/* How records stand in a file. */
struct layout {
    enum format format;
    char separator[16]; /* between fields; of FORMAT_LINES any string */
    bool quoted, header;
    int n_columns, text, label;     /* of delimited text, from 0 */
    char *text_field, *label_field; /* of JSON Lines */
    char *described;
};

/* Finds it out from the first n bytes; `whole`: there are no others. */
int sniff_layout(const struct records_options *options, const char *name,
                 const char *head, size_t n, bool whole, struct layout *layout) NODISCARD;

void layout_release(struct layout *layout);

#endif
