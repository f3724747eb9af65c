#include "input/part_column.h"

#include <string.h>
#include <strings.h>

#include "input/place.h"

#include "data/dataset.h"

enum { MOST_VALUES = 8 };

/* Columns of names of parts. */
static const char *const part_names[] = {
    "split",      "splits",      "set",     "subset",        "partition",
    "part",       "data_split",  "dataset", "dataset_split", "split_name",
    "train_test", "train_split", "phase",   "fold",          "usage",
};

/* Columns of truths, and the part that those rows are; the others are the training
 * part's. */
static const struct flag {
    const char *name;
    int part;
} flags[] = {
    {"is_valid", DATASET_VALIDATION}, {"is_validation", DATASET_VALIDATION},
    {"is_val", DATASET_VALIDATION},   {"is_dev", DATASET_VALIDATION},
    {"is_test", DATASET_TEST},
};

static bool is_part_name(const char *column)
{
    for (size_t i = 0; i < COUNT_OF(part_names); i++)
        if (!strcasecmp(column, part_names[i]))
            return true;
    return false;
}

static const struct flag *find_flag(const char *column)
{
    for (size_t i = 0; i < COUNT_OF(flags); i++)
        if (!strcasecmp(column, flags[i].name))
            return &flags[i];
    return NULL;
}

static int part_of_flag(const struct flag *flag, const char *value, size_t n)
{
    if (place_is_word(value, n, "true") || place_is_word(value, n, "1"))
        return flag->part;
    if (place_is_word(value, n, "false") || place_is_word(value, n, "0"))
        return DATASET_TRAIN;
    return PLACE_NO_PART;
}

const char *part_column_part(const char *column, const char *value, size_t n)
{
    const struct flag *flag = find_flag(column);
    int part = flag ? part_of_flag(flag, value, n) : place_part_of_name(value, n, NULL);
    return part >= 0 ? dataset_part_names[part] : NULL;
}

bool part_column_is(const struct sample *sample, int column)
{
    const struct sample_column *of = &sample->columns[column];
    bool is_called_so = is_part_name(of->first) || find_flag(of->first);
    if (!is_called_so || of->values.n == 0 || of->values.n > MOST_VALUES)
        return false;
    for (int32_t i = 0; i < of->values.n; i++) {
        const char *value = words_text(&of->values, i);
        if (!part_column_part(of->first, value, strlen(value)))
            return false;
    }
    return true;
}

int part_column_find(const struct sample *sample, int text, int label)
{
    for (int c = 0; c < sample_n_columns(sample); c++)
        if (c != text && c != label && part_column_is(sample, c))
            return c;
    return -1;
}
