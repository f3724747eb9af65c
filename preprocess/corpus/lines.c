#include "corpus/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"

int lines_read(const char *path, const char *what, char ***result, int *n_result)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return fail(ERR_NO_INPUT, "%s: cannot open %s: %s", path, what, strerror(errno));

    char *line = NULL, **lines = NULL;
    size_t capacity = 0;
    int n_lines = 0, n = 0, rc = OK;

    while (!rc && getline(&line, &capacity, file) >= 0) {
        line[strcspn(line, "\r\n")] = '\0';
        n_lines++;
        if (!text_is_utf8(line))
            rc = fail(ERR_FORMAT, "%s: line %d is not valid UTF-8", path, n_lines);
        if (rc || !*line)
            continue;
        lines = xrealloc(lines, (size_t)n + 1, sizeof *lines);
        lines[n++] = xstrdup(line);
    }

    if (!rc && ferror(file))
        rc = fail(ERR_IO, "%s: cannot read %s: %s", path, what, strerror(errno));
    free(line);
    fclose(file);

    if (rc) {
        lines_release(lines, n);
        return rc;
    }

    *result = lines;
    *n_result = n;
    return OK;
}

void lines_release(char **lines, int n)
{
    for (int i = 0; i < n; i++)
        free(lines[i]);
    free(lines);
}
