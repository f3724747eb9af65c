#include "export/export.h"

#include <string.h>
#include <strings.h>

#include "saved/ensemble.h"

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

/* Members that read ids, the last of which is *which. */
static int count_networks(const struct checkpoint *info, int *which)
{
    int n = 0;

    for (int i = 0; i < info->ensemble.n; i++) {
        const struct checkpoint *member = i == 0 ? info : &info->members[i - 1];
        if (member->facts.has_ngrams)
            continue;
        *which = i;
        n++;
    }
    return n;
}

int export_keras_part(struct checkpoint *info, char **note)
{
    int which = 0, n = count_networks(info, &which);

    *note = NULL;
    if (n > 1)
        return fail(ERR_USAGE,
                    "%s is an ensemble of %d networks, and a file of Keras is one of "
                    "them: export one, by that run's folder",
                    info->path, n);
    if (n == 0) /* no ensemble, or none with anything that Keras knows */
        return OK;

    *note = xasprintf("%s: the ensemble's network alone, with probabilities of its own: "
                      "Keras has no layer for the n-grams of the linear model beside it",
                      info->path);
    ensemble_keep(info, which);
    return OK;
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
