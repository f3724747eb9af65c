/* The inside of rnntrain doctor: what each rank sees of its host, and the checks, each of
 * which looks at all of that on rank 0 and says what is well and what is not.
 *
 * doctor.c is the command; doctor_ranks.c how ranks were started and where they are;
 * doctor_host.c what their hosts are like; doctor_files.c where the run would be kept.
 */
#ifndef RNNTRAIN_COMMANDS_DOCTOR_H
#define RNNTRAIN_COMMANDS_DOCTOR_H

#include "base/base.h"
#include "commands/findings.h"
#include "ranks/comm.h"

enum doctor_level { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_ERROR, DOCTOR_LEVELS };

enum { DOCTOR_MOST_CPUS = 1024 };

/* What a rank sees, plain bytes that travel. */
struct doctor_rank {
    char host[COMM_HOST_BYTES];
    uint64_t cpus[DOCTOR_MOST_CPUS / 64]; /* that it may use; bit c % 64 of word c / 64 */
    int host_cpus;
    char
        kernels[128]; /* instruction set, precision, OpenBLAS; "" where it is not there */
    char no_blas[256]; /* why not */
    bool has_avx2, runs_avx2;
    double now; /* seconds since 1970, all at about the same moment */
};

struct doctor_settings {
    char *run_dir, *data, *isa;
    bool json;
};

struct doctor {
    const struct doctor_settings *settings;
    struct comm *comm;
    bool is_launched;          /* by a launcher that MPI knows */
    struct doctor_rank *ranks; /* (size) on rank 0 */
    char *no_window;           /* why ranks cannot share memory; NULL: they can */
    size_t window_bytes;

    const char *check; /* at work */
    struct findings findings;
};

/* What a check has found; both texts are taken, `cure` is NULL with DOCTOR_OK. */
void doctor_find(struct doctor *doctor, enum doctor_level level, char *says, char *cure);

/* This rank, but for `now`. */
void doctor_look(const struct doctor *doctor, struct doctor_rank *rank);

typedef void doctor_check(struct doctor *doctor);
doctor_check doctor_launcher, doctor_mpi, doctor_pmix, doctor_binding, doctor_crowd;
doctor_check doctor_processor, doctor_blas, doctor_sets, doctor_shared, doctor_clock;
doctor_check doctor_folder, doctor_locks, doctor_disk, doctor_temporary, doctor_limits;

/* The nearest folder of the run directory that is there; the caller's to free. */
char *doctor_run_folder(const struct doctor *doctor);

#endif
