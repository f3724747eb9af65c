/* The seal of a large file, checked by a thread while the file is read. */
#include <stdlib.h>

#include "base/thread.h"
#include "files/file_private.h"

struct file_seal_check {
    pthread_t thread;
    bool has_thread;
    int fd;
    char *path; /* owned */
    size_t size;
    unsigned char digest[FILE_DIGEST_BYTES];
    int rc;
    char *message; /* of rc; owned */
};

static void *check(void *data)
{
    struct file_seal_check *seal = data;

    seal->rc = file_read_seal(seal->fd, seal->path, seal->size, true, seal->digest);
    if (seal->rc)
        seal->message = xstrdup(fail_message());
    return NULL;
}

struct file_seal_check *file_seal_begin(int fd, const char *path, size_t size)
{
    struct file_seal_check *seal = xcalloc(1, sizeof *seal);

    *seal = (struct file_seal_check){.fd = fd, .path = xstrdup(path), .size = size};
    seal->has_thread = thread_begin(&seal->thread, check, seal);
    if (!seal->has_thread)
        (void)check(seal);
    return seal;
}

int file_seal_await(struct file_seal_check *seal)
{
    if (seal->has_thread)
        pthread_join(seal->thread, NULL);

    int rc = seal->rc ? fail(seal->rc, "%s", seal->message) : OK;
    free(seal->message);
    free(seal->path);
    free(seal);
    return rc;
}
