/* rnntrain doctor [options] */
#include "commands/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/program.h"
#include "base/say.h"
#include "commands/commands.h"

static const char *const level_names[] = {
    [DOCTOR_OK] = "ok", [DOCTOR_WARNING] = "warning", [DOCTOR_ERROR] = "error"};
_Static_assert(COUNT_OF(level_names) == DOCTOR_LEVELS, "a level has no name");

/* In the order in which they are said. */
static const struct {
    const char *name;
    doctor_check *check;
} checks[] = {
    {"launcher", doctor_launcher},
    {"mpi", doctor_mpi},
    {"pmix", doctor_pmix},
    {"binding", doctor_binding},
    {"oversubscription", doctor_crowd},
    {"processor", doctor_processor},
    {"blas", doctor_blas},
    {"kernels", doctor_sets},
    {"shared memory", doctor_shared},
    {"clock", doctor_clock},
    {"run directory", doctor_folder},
    {"file locks", doctor_locks},
    {"disk room", doctor_disk},
    {"temporary files", doctor_temporary},
    {"limits", doctor_limits},
};

void doctor_find(struct doctor *doctor, enum doctor_level level, char *says, char *cure)
{
    findings_add(&doctor->findings, doctor->check, (int)level, says, cure);
}

/* What would be shared: a data set that is there, else a little. */
static size_t bytes_to_share(const char *data)
{
    enum { LITTLE = 1 << 24 };
    struct stat status;
    return stat(data, &status) == 0 && status.st_size > 0 ? (size_t)status.st_size
                                                          : LITTLE;
}

/* Collective. */
static void try_window(struct doctor *doctor)
{
    struct comm_window window = {.bytes = NULL};
    double bytes = (double)bytes_to_share(doctor->settings->data);

    doctor->window_bytes = (size_t)comm_max(doctor->comm, bytes);
    if (comm_window_open(doctor->comm, doctor->window_bytes, &window))
        doctor->no_window = xstrdup(fail_message());
    else
        comm_window_close(doctor->comm, &window);
}

static double now(void)
{
    struct timespec time = {0};
    clock_gettime(CLOCK_REALTIME, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Collective. What all ranks see, to rank 0. */
static void look(struct doctor *doctor)
{
    struct comm *comm = doctor->comm;
    size_t *counts = xcalloc((size_t)comm->size, sizeof *counts);
    struct doctor_rank mine = {.host = ""};

    snprintf(mine.host, sizeof mine.host, "%s", comm_host(comm, comm->rank));
    doctor_look(doctor, &mine);
    try_window(doctor);
    comm_meet(comm);
    mine.now = now();
    doctor->ranks =
        (struct doctor_rank *)(void *)comm_gather_bytes(comm, &mine, sizeof mine, counts);
    free(counts);
}

static int report(const struct doctor *doctor)
{
    int warnings = findings_count(&doctor->findings, DOCTOR_WARNING);
    int errors = findings_count(&doctor->findings, DOCTOR_ERROR);

    findings_say(&doctor->findings, doctor->settings->json);
    if (!doctor->settings->json)
        say_line(stdout, "%d ok, %d warning%s, %d error%s",
                 findings_count(&doctor->findings, DOCTOR_OK), warnings, plural(warnings),
                 errors, plural(errors));
    return errors ? ERR_UNAVAILABLE : OK;
}

/* Rank 0. Those of ranks that could not begin are of this process alone. */
static int examine(struct doctor *doctor)
{
    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        doctor->check = checks[i].name;
        checks[i].check(doctor);
    }
    return report(doctor);
}

static void release(struct doctor *doctor)
{
    findings_release(&doctor->findings);
    free(doctor->ranks);
    free(doctor->no_window);
}

/* Processes that do not know of each other all come here: the first one speaks. */
static bool is_silent(void)
{
    const char *number = getenv("SLURM_PROCID");
    return comm_launched_rank() < 0 && number && strtol(number, NULL, 10) > 0;
}

static int work(const void *settings, const char *const *operands, int n)
{
    struct comm comm = {.rank = 0};
    struct doctor doctor = {
        .settings = settings, .comm = &comm, .findings = {.levels = level_names}};
    int rc = OK;
    (void)operands;
    (void)n;

    doctor.is_launched = comm_launched_rank() >= 0;
    if (is_silent())
        return OK;
    if (comm_check_launch())
        comm_init_alone(&comm);
    else
        comm_init(&comm);
    comm_set_stall_timeout(&comm, 60);

    look(&doctor);
    if (comm.rank == 0)
        rc = program_output(examine(&doctor));
    release(&doctor);
    comm_broadcast(&comm, &rc, sizeof rc);
    comm_finalize(&comm);
    return rc;
}

#define AT(field) offsetof(struct doctor_settings, field)
#define GROUP "Where a job would run"

static const struct option options[] = {
    {"run-dir", OPTION_STRING, AT(run_dir), "run", 0, 0, option_folder,
     "folder that the run would be kept in; a small file is written there, and removed",
     GROUP, true},
    {"data", OPTION_STRING, AT(data), "dataset.h5", 0, 0, option_file,
     "data set, for which memory must be there", GROUP, true},
    {"isa", OPTION_STRING, AT(isa), "auto", 0, 0, NULL,
     "kernel set that would be asked for", GROUP, true},
    {"json", OPTION_BOOL, AT(json), "false", 0, 0, NULL,
     "an array of objects: check, level, says, cure", GROUP, true},
};

const struct option_table cmd_doctor_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .program = "rnntrain doctor",
    .synopsis = "[options]",
    .example = "  mpirun -np 2 rnntrain doctor --run-dir run\n",
    .about =
        "Looks at how ranks are started and bound, at processor, BLAS, shared memory\n"
        "and clock of their hosts, and at the run directory, and says of each whether\n"
        "it is ok, a warning or an error, and the cure. Start it as the job would be\n"
        "started. The exit code is 69 where there is an error, else 0.\n",
    .environment = NULL,
    .min_operands = 0,
    .max_operands = 0,
};

int cmd_doctor(int argc, char **argv)
{
    struct doctor_settings settings = {0};
    int rc = program_run(&cmd_doctor_table, &settings, argc, argv, work);

    bool is_first = comm_launched_rank() <= 0 && !is_silent();
    if (rc && rc != ERR_UNAVAILABLE && is_first) /* what was found has been said */
        program_failure("rnntrain", rc);
    return rc;
}
