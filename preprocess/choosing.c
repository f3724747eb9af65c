#include "choosing.h"

#include <stdlib.h>
#include <string.h>

static bool counts_ngrams(const struct choosable *choosable)
{
    return !strncmp(choosable->name, "ngram-", strlen("ngram-"));
}

/* An option is the user's where it comes out the same whatever it was before. */
static void compare(struct choosing *choosing, const struct settings *other)
{
    char *given_text = options_to_json(&cmd_prepare_table, &choosing->settings);
    char *other_text = options_to_json(&cmd_prepare_table, other);
    json_t *given = json_loads(given_text, 0, NULL);
    json_t *others = json_loads(other_text, 0, NULL);

    for (int i = 0; i < CHOOSE_OPTIONS; i++) {
        const struct option option = {.name = choosables[i].name};
        char *key = options_key(&option);
        choosing->is_open[i] =
            !json_equal(json_object_get(given, key), json_object_get(others, key));
        free(key);
    }

    json_decref(given);
    json_decref(others);
    free(given_text);
    free(other_text);
}

static int find_open(struct choosing *choosing)
{
    const struct settings *given = &choosing->settings;
    struct settings other = {0};
    const char **operands = xcalloc((size_t)given->argc + 1, sizeof *operands);
    int n = 0, rc = OK;

    options_init(&cmd_prepare_table, &other);
    for (int i = 0; i < CHOOSE_OPTIONS && !rc; i++)
        rc = options_set(&cmd_prepare_table, &other, choosables[i].name,
                         choosables[i].other, choosables[i].name);
    if (!rc)
        rc = options_from_environment(&cmd_prepare_table, &other);
    if (!rc)
        rc = options_from_arguments(&cmd_prepare_table, &other, given->argc, given->argv,
                                    operands, &n);
    if (!rc)
        compare(choosing, &other);

    options_release(&cmd_prepare_table, &other);
    free(operands);
    return rc;
}

/* What the choice of an option would not change, or would contradict. */
static void close_idle(struct choosing *choosing)
{
    bool has_ngrams = choosing->settings.ngrams > 0;
    for (int i = 0; i < CHOOSE_OPTIONS; i++) {
        bool is_segment = !strcmp(choosables[i].name, "segment");
        if ((is_segment && choosing->settings.char_level) ||
            (counts_ngrams(&choosables[i]) && !has_ngrams))
            choosing->is_open[i] = false;
    }
}

static void set(struct choosing *choosing, int i, const char *value)
{
    if (options_set(&cmd_prepare_table, &choosing->settings, choosables[i].name, value,
                    "--for"))
        die("--for: %s", fail_message());
}

int choosing_begin(struct choosing *choosing, const struct settings *given)
{
    *choosing = (struct choosing){.settings = *given};
    if (given->purpose == PURPOSE_NONE)
        return OK;

    int rc = find_open(choosing);
    for (int i = 0; i < CHOOSE_OPTIONS && !rc; i++)
        if (choosing->is_open[i] && !strcmp(choosables[i].name, "ngrams"))
            set(choosing, i, "2"); /* some will be counted */
    close_idle(choosing);
    return rc;
}

bool choosing_take(struct choosing *choosing, enum choose_stage stage)
{
    enum purpose purpose = (enum purpose)choosing->settings.purpose;
    bool is_other = false;

    for (int i = 0; i < CHOOSE_OPTIONS; i++) {
        if (!choosing->is_open[i] || choosables[i].stage != stage)
            continue;
        char *before = choosing->value[i];
        choosing->value[i] = choosables[i].choose(purpose, &choosing->facts);
        is_other |= before && strcmp(before, choosing->value[i]);
        set(choosing, i, choosing->value[i]);
        free(before);
    }
    return is_other;
}

void choosing_release(struct choosing *choosing)
{
    for (int i = 0; i < CHOOSE_OPTIONS; i++)
        free(choosing->value[i]);
}
