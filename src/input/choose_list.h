/* Columns that the user lists: several that make a text, one a label. */
#ifndef RNNTRAIN_INPUT_CHOOSE_LIST_H
#define RNNTRAIN_INPUT_CHOOSE_LIST_H

#include "input/choose.h"

/* Whether an option that names one column lists several: it has commas, and no column is
 * called like all of it. */
bool choose_is_list(const struct sample *sample, const char *given);

/* Cuts a list at its commas; blanks around a name do not count. `option` is named in
 * messages; ERR_USAGE for an empty name and one that stands there twice. */
int choose_cut_list(const char *option, const char *given,
                    struct layout_list *list) NODISCARD;

/* The columns that the names of the list are, and the header's names in place of theirs;
 * ERR_USAGE where there is no such column. */
int choose_list_columns(const struct choose_given *given, const struct sample *sample,
                        const char *option, struct layout_list *list) NODISCARD;

/* "title + body", or "toxic, obscene and 26 more": the names; the caller's to free. */
char *choose_show_list(const struct layout_list *list, const char *between);

#endif
