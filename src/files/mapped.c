#define _GNU_SOURCE /* memfd_create, O_TMPFILE */
#include "files/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "files/file.h"

#define MOST_IN_MEMORY ((size_t)512 << 20)

int mapped_file(const char *path, struct mapped *result)
{
    int fd = -1;
    size_t n = 0;
    int rc = file_open(path, &fd, &n);
    if (rc)
        return rc;

    void *bytes = n ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    if (bytes == MAP_FAILED)
        rc = fail(ERR_IO, "%s: cannot read: %s", path, strerror(errno));
    else
        *result = (struct mapped){bytes, n};
    close(fd);
    return rc;
}

static int open_unnamed(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
        return fd;

    char *name = xasprintf("%s/rnntrain-XXXXXX", folder); /* such as NFS */
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    free(name);
    return fd;
}

static int open_scratch(size_t most)
{
    const char *folder = getenv("TMPDIR");
    return most <= MOST_IN_MEMORY ? memfd_create("rnntrain", MFD_CLOEXEC)
                                  : open_unnamed(folder && *folder ? folder : "/tmp");
}

int mapped_scratch(const char *path, size_t most, int *fd, struct mapped *result)
{
    void *bytes = MAP_FAILED;
    int opened = open_scratch(most);
    if (opened >= 0 && ftruncate(opened, (off_t)most) == 0)
        bytes = mmap(NULL, most, PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0);

    if (bytes == MAP_FAILED) {
        int rc = fail(ERR_IO,
                      "%s: no temporary file for reading it: %s; TMPDIR names a folder "
                      "with room",
                      path, strerror(errno));
        if (opened >= 0)
            close(opened);
        return rc;
    }

    *fd = opened;
    *result = (struct mapped){bytes, most};
    return OK;
}

void mapped_release(struct mapped *file)
{
    if (file->n)
        munmap(file->bytes, file->n);
    *file = (struct mapped){0};
}
