/* How ranks were started, and where they are. */
#include "commands/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"

static long number_of(const char *name)
{
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : 0;
}

void doctor_launcher(struct doctor *doctor)
{
    long tasks = number_of("SLURM_STEP_NUM_TASKS"), others = number_of("PMI_SIZE");

    if (!doctor->is_launched && tasks > 1)
        doctor_find(
            doctor, DOCTOR_ERROR,
            xasprintf("srun started %ld processes that do not know of each other", tasks),
            xstrdup("start them by srun --mpi=pmix, or by mpirun"));
    else if (!doctor->is_launched && others > 1)
        doctor_find(doctor, DOCTOR_ERROR,
                    xasprintf("the launcher of another MPI started %ld processes, which "
                              "do not know of each other",
                              others),
                    xstrdup("start them by Open MPI's mpirun: see `mpirun --version`"));
    else if (!doctor->is_launched && number_of("SLURM_NTASKS") > 1)
        doctor_find(
            doctor, DOCTOR_WARNING,
            xasprintf("one process in a job of %ld tasks", number_of("SLURM_NTASKS")),
            xstrdup("start it by srun --mpi=pmix or by mpirun"));
    else if (!doctor->is_launched)
        doctor_find(doctor, DOCTOR_OK, xstrdup("one process, started by itself"), NULL);
    else {
        char *hosts = comm_hosts(doctor->comm);
        doctor_find(doctor, DOCTOR_OK,
                    xasprintf("%d rank%s on %s", doctor->comm->size,
                              plural(doctor->comm->size), hosts),
                    NULL);
        free(hosts);
    }
}

/* "v4.1" of "Open MPI v4.1.4" */
static size_t release_length(const char *version)
{
    const char *dot = strchr(version, '.');
    return dot ? (size_t)(dot - version) + 1 + strspn(dot + 1, "0123456789")
               : strlen(version);
}

void doctor_mpi(struct doctor *doctor)
{
    char *found = comm_library(), *built = comm_built_with();
    size_t n = release_length(built);

    if (release_length(found) == n && !strncmp(found, built, n))
        doctor_find(doctor, DOCTOR_OK, xstrdup(found), NULL);
    else
        doctor_find(
            doctor, DOCTOR_ERROR,
            xasprintf("the library is %s, the program was built with %s", found, built),
            xstrdup("load the module that it was built with, or build it again; "
                    "LD_LIBRARY_PATH decides which library is found"));
    free(found);
    free(built);
}

/* What srun can start ranks by; the caller's. NULL: there is no srun. */
static char *srun_kinds(void)
{
    char text[2048] = "";
    FILE *list = popen("srun --mpi=list 2>&1", "r");
    size_t n = list ? fread(text, 1, sizeof text - 1, list) : 0;
    int status = list ? pclose(list) : -1;
    text[n] = '\0';
    return status == 0 ? xstrdup(text) : NULL;
}

void doctor_pmix(struct doctor *doctor)
{
    bool is_slurm = getenv("SLURM_JOB_ID") != NULL;
    char *kinds = NULL;

    if (doctor->is_launched) {
        doctor_find(doctor, DOCTOR_OK,
                    xstrdup(getenv("SLURM_STEP_NUM_TASKS") && getenv("PMIX_RANK")
                                ? "ranks know each other by it"
                                : "the launcher brings its own"),
                    NULL);
        return;
    }
    if (!is_slurm) {
        doctor_find(doctor, DOCTOR_OK, xstrdup("not asked for outside a Slurm job"),
                    NULL);
        return;
    }

    kinds = srun_kinds();
    if (kinds && strstr(kinds, "pmix"))
        doctor_find(doctor, DOCTOR_OK, xstrdup("srun --mpi=pmix is there"), NULL);
    else
        doctor_find(doctor, DOCTOR_WARNING,
                    xstrdup(kinds ? "this Slurm has no PMIx: srun cannot start ranks"
                                  : "srun --mpi=list does not answer"),
                    xstrdup("start ranks by mpirun within the job"));
    free(kinds);
}

static int count_cpus(const uint64_t *cpus)
{
    int n = 0;
    for (int i = 0; i < DOCTOR_MOST_CPUS / 64; i++)
        n += __builtin_popcountll(cpus[i]);
    return n;
}

/* Ranks of the host that rank r is the first of, and the cores that all of them may use
 * together; 0: it is not the first. */
static int ranks_of_host(const struct doctor *doctor, int r, uint64_t *cpus)
{
    const struct doctor_rank *ranks = doctor->ranks;
    int n = 0;

    for (int before = 0; before < r; before++)
        if (!strcmp(ranks[before].host, ranks[r].host))
            return 0;
    for (int other = r; other < doctor->comm->size; other++)
        if (!strcmp(ranks[other].host, ranks[r].host)) {
            n++;
            for (int i = 0; i < DOCTOR_MOST_CPUS / 64; i++)
                cpus[i] |= ranks[other].cpus[i];
        }
    return n;
}

void doctor_binding(struct doctor *doctor)
{
    bool is_well = true;

    for (int r = 0; r < doctor->comm->size; r++) {
        uint64_t cpus[DOCTOR_MOST_CPUS / 64] = {0};
        int n = ranks_of_host(doctor, r, cpus), usable = count_cpus(cpus);
        if (n == 0 || usable >= n || usable >= doctor->ranks[r].host_cpus)
            continue;

        is_well = false;
        doctor_find(doctor, DOCTOR_WARNING,
                    xasprintf("%d ranks of %s may use %d of its %d cores", n,
                              doctor->ranks[r].host, usable, doctor->ranks[r].host_cpus),
                    xstrdup("mpirun --map-by core --bind-to core gives each its own; "
                            "--bind-to none leaves all free; in Slurm: --cpus-per-task, "
                            "srun --cpu-bind=cores"));
    }
    if (is_well)
        doctor_find(doctor, DOCTOR_OK, xstrdup("no ranks are held to the same core"),
                    NULL);
}

void doctor_crowd(struct doctor *doctor)
{
    bool is_well = true;

    for (int r = 0; r < doctor->comm->size; r++) {
        uint64_t cpus[DOCTOR_MOST_CPUS / 64] = {0};
        int n = ranks_of_host(doctor, r, cpus), has = doctor->ranks[r].host_cpus;
        if (n <= has)
            continue;

        is_well = false;
        doctor_find(doctor, DOCTOR_WARNING,
                    xasprintf("%d ranks on the %d cores of %s take turns", n, has,
                              doctor->ranks[r].host),
                    xasprintf("start %d there: faster, and the same bits", has));
    }
    if (is_well)
        doctor_find(doctor, DOCTOR_OK, xstrdup("no host has more ranks than cores"),
                    NULL);
}
