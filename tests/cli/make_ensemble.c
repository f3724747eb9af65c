/* make_ensemble FILE WEIGHTS BIAS CHECKPOINT...: an ensemble of checkpoints. WEIGHTS and
 * BIAS are numbers with commas; both "-": the mean of the probabilities. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/file.h"
#include "saved/ensemble.h"

/* The numbers, the caller's to free. */
static double *numbers(const char *text)
{
    double *values = xcalloc(strlen(text), sizeof *values);

    for (int i = 0; *text; i++) {
        char *end = NULL;
        values[i] = strtod(text, &end);
        text = end + (*end == ',');
    }
    return values;
}

int main(int argc, char **argv)
{
    bool is_mean = argc > 3 && !strcmp(argv[2], "-");
    struct ensemble_config config = {.n = argc - 4};
    char *bytes = NULL;
    size_t n = 0;
    if (argc < 5)
        return ERR_USAGE;

    if (!is_mean) {
        config.rule = ENSEMBLE_SUM;
        config.weights = numbers(argv[2]);
        config.bias = numbers(argv[3]);
    }
    int rc = ensemble_image(&config, (const char *const *)argv + 4, &bytes, &n);
    if (!rc)
        rc = file_replace(argv[1], bytes, n, false);
    if (rc)
        fprintf(stderr, "rnntrain: %s\n", fail_message());

    free(bytes);
    ensemble_config_release(&config);
    return rc;
}
