/* Work of one rank's threads that other ranks do: bytes go to a rank, bytes come back.
 * Rank 0 sends, the others serve until it ends. An errand's outcome must not depend on
 * who does it.
 *
 * MPI is the affair of each rank's first thread, which does nothing else meanwhile but
 * sleep between looks: who computes are other threads.
 */
#ifndef RNNTRAIN_RANKS_ERRANDS_H
#define RNNTRAIN_RANKS_ERRANDS_H

#include "ranks/comm.h"

struct errands;

/* An answer's bytes are the receiver's to free. */
struct errand_answer {
    char *bytes;
    size_t n;
};

/* Collective. Rank 0 learns how many errands each other rank takes at a time; the others
 * say so. NULL on them. */
struct errands *errands_new(const struct comm *comm, int n_at_a_time);
void errands_free(struct errands *errands); /* NULL is fine */

/* Rank 0. How many may be on their way. */
int errands_room(const struct errands *errands);

/* Rank 0, any thread but the first: sends the bytes to a rank that has room and waits for
 * its answer. What the errand failed with there is returned here. */
int errands_send(struct errands *errands, const void *bytes, size_t n,
                 struct errand_answer *answer) NODISCARD;

/* Rank 0: runs work(context) in a thread, carries its errands meanwhile, lets the others
 * go and returns what it returned. A rank that owes an answer longer than the comm's
 * stall timeout ends the job, as in comm_set_stall_timeout. */
int errands_run(struct errands *errands, int (*work)(void *context),
                void *context) NODISCARD;

/* What another rank does with an errand, in threads side by side. */
struct errand_job {
    void *context;
    /* Once, before the first errand, with its bytes, by one thread. */
    void (*prepare)(void *context, const char *bytes);
    int (*work)(void *context, int worker, const char *bytes, size_t n,
                struct errand_answer *answer);
};

/* The other ranks: serves, by up to n_threads, until rank 0 lets them go. */
int errands_serve(const struct comm *comm, const struct errand_job *job,
                  int n_threads) NODISCARD;

#endif
