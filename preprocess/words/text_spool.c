#include "words/text_spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/file.h"
#include "words/spool.h"

int text_spool_open(struct text_spool *spool, const char *output)
{
    *spool = (struct text_spool){.fd = -1};
    return spool_make_file(output, &spool->fd, &spool->folder);
}

void text_spool_close(struct text_spool *spool)
{
    if (!spool->folder)
        return;
    close(spool->fd);
    free(spool->folder);
    free(spool->text);
    *spool = (struct text_spool){0};
}

int text_spool_append(struct text_spool *spool, const char *text, size_t n)
{
    if (file_append(spool->fd, text, n))
        return spool_cannot_write(spool->folder, spool->n);
    spool->n += (int64_t)n;
    return OK;
}

int text_spool_read(struct text_spool *spool, int64_t at, size_t n, const char **text)
{
    if (spool->room < n + 1) {
        spool->room = 2 * n + 4096;
        spool->text = xrealloc(spool->text, spool->room, 1);
    }
    if (spool_read_at(spool->fd, spool->text, n, at))
        return fail(ERR_IO, "%s: cannot read a temporary file back: %s", spool->folder,
                    strerror(errno));
    *text = spool->text;
    return OK;
}
