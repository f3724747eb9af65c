#include "export/export.h"

#include <string.h>
#include <strings.h>

#define EXPORT_FORMAT(NAME, stem, option, suffix, takes_texts, takes_ngrams, help)       \
    [EXPORT_##NAME] = {option, suffix, help, takes_texts, takes_ngrams, export_##stem},
const struct export_format export_formats[] = {EXPORT_FORMAT_LIST(EXPORT_FORMAT)};
#undef EXPORT_FORMAT
_Static_assert(COUNT_OF(export_formats) == EXPORT_FORMATS, "a format is missing");

int export_check(const struct predictor *predictor, const struct export_format *format)
{
    if (format->takes_ngrams || predictor_reads_ids(predictor))
        return OK;
    return fail(ERR_USAGE,
                "%s is a linear model of n-grams, which --to %s has no layers for: "
                "librnntrain and rnntrain predict judge by it",
                predictor->info.path, format->name);
}

const struct export_format *export_named(const char *path)
{
    size_t n = strlen(path);
    for (int i = 0; i < EXPORT_FORMATS; i++) {
        size_t n_suffix = strlen(export_formats[i].suffix);
        if (n >= n_suffix && !strcasecmp(path + n - n_suffix, export_formats[i].suffix))
            return &export_formats[i];
    }
    return NULL;
}
