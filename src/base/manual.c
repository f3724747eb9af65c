#include "base/manual_private.h"

#include <stdlib.h>
#include <string.h>

enum manual_value manual_value_of(const struct option *option)
{
    if (option->type == OPTION_BOOL)
        return MANUAL_NOTHING;
    if (option->type == OPTION_CHOICE)
        return MANUAL_CHOICE;
    return option->choices == option_file || option->choices == option_folder
               ? MANUAL_FILE
               : MANUAL_WORD;
}

size_t manual_brief(const char *help)
{
    return strcspn(help, ";:");
}

/* A file in the folder; opened to be written. */
static int open_file(const char *folder, const char *name, FILE **out)
{
    char *path = xasprintf("%s/%s", folder, name);
    int rc = OK;
    *out = fopen(path, "w");
    if (!*out)
        rc = fail(ERR_IO, "%s: cannot be written: its folder must be there", path);
    free(path);
    return rc;
}

static int close_file(FILE *out)
{
    bool is_lost = ferror(out) != 0;
    return fclose(out) || is_lost ? fail(ERR_IO, "a page cannot be written") : OK;
}

static int write_page(const struct program *program, const struct command *command,
                      const char *folder)
{
    char *name = command ? xasprintf("man/man1/%s-%s.1", program->name, command->name)
                         : xasprintf("man/man1/%s.1", program->name);
    FILE *out = NULL;
    int rc = open_file(folder, name, &out);
    if (!rc) {
        manual_page(program, command, out);
        rc = close_file(out);
    }
    free(name);
    return rc;
}

static int write_completion(const struct program *program, const char *folder,
                            const char *before, const char *after,
                            void (*write)(const struct program *program, FILE *out))
{
    char *name = xasprintf("%s%s%s", before, program->name, after);
    FILE *out = NULL;
    int rc = open_file(folder, name, &out);
    if (!rc) {
        write(program, out);
        rc = close_file(out);
    }
    free(name);
    return rc;
}

int manual_write(const struct program *program, const char *folder)
{
    int rc = write_page(program, NULL, folder);
    for (int i = 0; i < program->n_commands && !rc; i++)
        rc = write_page(program, &program->commands[i], folder);

    if (!rc)
        rc = write_completion(program, folder, "bash-completion/completions/", "",
                              manual_bash);
    if (!rc)
        rc = write_completion(program, folder, "zsh/site-functions/_", "", manual_zsh);
    if (!rc)
        rc = write_completion(program, folder, "fish/vendor_completions.d/", ".fish",
                              manual_fish);
    return rc;
}
