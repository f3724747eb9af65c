/* What the files of the option tables share: options.c (parsing), options_hints.c (what
 * was probably meant), options_usage.c and manual_*.c (what is told of them). */
#ifndef RNNTRAIN_BASE_OPTIONS_PRIVATE_H
#define RNNTRAIN_BASE_OPTIONS_PRIVATE_H

#include "base/options.h"

/* The option of that name, '-' and '_' being the same. */
bool options_find(const struct option_table *table, const char *name,
                  struct option *option);

/* Refuses a name that is no option: `written` is as the user wrote it ("--lr"), `source`
 * stands before the message. */
int options_unknown(const struct option_table *table, const char *name,
                    const char *written, const char *source) NODISCARD;

/* " (did you mean val_acc?)" behind a refused value, or ""; the caller's to free. */
char *options_value_hint(const struct option *option, const char *value);

/* ERR_USAGE at a variable with the table's prefix that was meant to be an option. */
int options_check_environment(const struct option_table *table) NODISCARD;

/* " N", " FILE", " lstm|gru", "" of a flag; and its help with default and range; the
 * caller's to free. */
char *options_placeholder(const struct option *option);
char *options_explain(const struct option *option);
/* Its heading; and whether an option before number i that is to be seen has it too. */
const char *options_group(const struct option *option);
bool options_group_began(const struct option_table *table, int i, const char *group);

#endif
