#include "ranks/private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "files/file.h"

/* Where Open MPI shares memory. Where it may not write there it takes another folder,
 * but not where the folder was given. */
static const char *shared_folder(bool *is_given)
{
    const char *given = getenv("OMPI_MCA_osc_sm_backing_directory");
    *is_given = given != NULL;
    return given ? given : "/dev/shm";
}

/* Where it fails for one rank, MPI_Win_allocate_shared keeps the others waiting: so it is
 * asked before. Open MPI wants a twentieth of the folder to be left. */
static int check_room(const struct comm *comm, size_t n)
{
    bool is_given;
    const char *folder = shared_folder(&is_given);
    size_t has = host_memory();
    size_t needed = n + n / 16 + ((size_t)1 << 20);
    int64_t left = comm->node_size > 1 ? file_free_bytes(folder) : -1;
    int rc = OK;

    if (needed > has)
        rc = fail(ERR_IO,
                  "%s: %zu MiB are to be held in memory, this host has %zu: take another",
                  comm_host(comm, comm->rank), needed >> 20, has >> 20);
    else if (comm->node_size > 1 && is_given && access(folder, W_OK | X_OK) != 0)
        rc = fail(ERR_IO,
                  "%s: its ranks are to share memory in %s: %s: make it, or unset "
                  "OMPI_MCA_osc_sm_backing_directory",
                  comm_host(comm, comm->rank), folder, strerror(errno));
    else if (left >= 0 && (int64_t)needed > left)
        rc = fail(ERR_IO,
                  "%s: %zu MiB are to be shared by its ranks, %s has %lld: enlarge it",
                  comm_host(comm, comm->rank), (needed >> 20) + 1, folder,
                  (long long)left >> 20);
    return comm_agree(comm, comm->node_rank == 0 ? rc : OK);
}

/* Pages are taken as they are written, as in memory that is shared. */
int comm_window_open_alone(size_t n, struct comm_window *window)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *bytes = mmap(NULL, n + 1, PROT_READ | PROT_WRITE, flags, -1, 0);

    if (bytes == MAP_FAILED)
        return fail(ERR_IO, "%zu MiB of memory cannot be taken: %s", n >> 20,
                    strerror(errno));
    madvise(bytes, n + 1, MADV_HUGEPAGE); /* only advice */
    *window = (struct comm_window){.bytes = bytes, .n = n};
    return OK;
}

/* By all ranks of a node that has several. */
static int open_shared(const struct comm *comm, size_t n, struct comm_window *window)
{
    MPI_Win *win = xcalloc(1, sizeof *win);
    MPI_Comm node = comm->state->node;
    MPI_Aint mine = comm->node_rank == 0 ? (MPI_Aint)(n + 64) : 0;
    void *base = NULL;
    MPI_Comm_set_errhandler(node, MPI_ERRORS_RETURN);
    int status = MPI_Win_allocate_shared(mine, 1, MPI_INFO_NULL, node, &base, win);
    MPI_Comm_set_errhandler(node, MPI_ERRORS_ARE_FATAL);
    window->handle = win;
    return status == MPI_SUCCESS
               ? OK
               : fail(ERR_IO,
                      "%zu MiB cannot be shared by the ranks of a node: enlarge /dev/shm",
                      n >> 20);
}

static void find_shared(size_t n, struct comm_window *window)
{
    MPI_Win *win = window->handle;
    MPI_Aint size = 0;
    int unit = 0;
    void *base = NULL;
    MPI_Win_shared_query(*win, 0, &size, &unit, &base);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, *win);

    uintptr_t address = ((uintptr_t)base + 63) / 64 * 64;
    window->bytes = (void *)address;
    window->n = n;
}

/* MPI would take memory that is not zeroed for a rank that is alone on its node. */
int comm_window_open(const struct comm *comm, size_t n, struct comm_window *window)
{
    bool is_alone = comm->node_size == 1;
    struct comm_window opened = {.bytes = NULL};
    int rc = check_room(comm, n);
    if (!rc)
        rc = comm_agree(comm, is_alone ? comm_window_open_alone(n, &opened)
                                       : open_shared(comm, n, &opened));
    if (rc) {
        free(opened.handle);
        comm_window_close(comm, &(struct comm_window){.bytes = opened.bytes, .n = n});
        return rc;
    }
    if (!is_alone)
        find_shared(n, &opened);
    *window = opened;
    return OK;
}

void comm_window_sync(const struct comm *comm, struct comm_window *window)
{
    if (!window->handle)
        return;
    MPI_Request request;
    MPI_Win_sync(*(MPI_Win *)window->handle);
    MPI_Ibarrier(comm->state->node, &request);
    comm_wait(comm, 1, &request);
    MPI_Win_sync(*(MPI_Win *)window->handle);
}

void comm_window_close(const struct comm *comm, struct comm_window *window)
{
    (void)comm;
    if (window->handle) {
        MPI_Win_unlock_all(*(MPI_Win *)window->handle);
        MPI_Win_free(window->handle);
        free(window->handle);
    } else if (window->bytes) {
        munmap(window->bytes, window->n + 1);
    }
    *window = (struct comm_window){.bytes = NULL};
}
