/* What the ranks' hosts are like. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "commands/doctor.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernels/kernels.h"

static void look_at_cpus(struct doctor_rank *rank)
{
    cpu_set_t cpus;

    rank->host_cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
    if (sched_getaffinity(0, sizeof cpus, &cpus))
        return;
    for (int c = 0; c < DOCTOR_MOST_CPUS && c < CPU_SETSIZE; c++)
        if (CPU_ISSET(c, &cpus))
            rank->cpus[c / 64] |= UINT64_C(1) << c % 64;
}

void doctor_look(const struct doctor *doctor, struct doctor_rank *rank)
{
    const struct kernels *kernels = NULL, *wide = NULL;
    look_at_cpus(rank);

#if defined(__x86_64__)
    rank->has_avx2 = __builtin_cpu_supports("avx2");
#endif
    rank->runs_avx2 = !kernels_select("avx2", &wide);
    if (kernels_open_blas())
        snprintf(rank->no_blas, sizeof rank->no_blas, "%s", fail_message());
    else if (kernels_select(doctor->settings->isa, &kernels))
        snprintf(rank->kernels, sizeof rank->kernels, "none: %s", fail_message());
    else
        kernels_describe(kernels, rank->kernels, sizeof rank->kernels);
}

void doctor_processor(struct doctor *doctor)
{
    for (int r = 0; r < doctor->comm->size; r++) {
        const struct doctor_rank *rank = &doctor->ranks[r];

        if (!strncmp(rank->kernels, "none: ", 6)) {
            doctor_find(doctor, DOCTOR_ERROR,
                        xasprintf("%s: %s", rank->host, rank->kernels + 6),
                        xstrdup("leave --isa out, or choose one that it runs"));
            return;
        }
        if (!strncmp(rank->kernels, "baseline", 8)) {
            doctor_find(
                doctor, DOCTOR_WARNING,
                xasprintf("%s computes by the baseline's instructions%s", rank->host,
                          rank->has_avx2 ? ", though it has AVX2" : ": it has no AVX2"),
                xstrdup(rank->has_avx2 ? "leave --isa out"
                                       : "a host with AVX2 is several times as fast"));
            return;
        }
    }

    doctor_find(doctor, DOCTOR_OK,
                xasprintf("%d core%s, kernels %.*s", doctor->ranks->host_cpus,
                          doctor->ranks->host_cpus == 1 ? "" : "s",
                          (int)strcspn(doctor->ranks->kernels, " ,"),
                          doctor->ranks->kernels),
                NULL);
}

/* OpenBLAS's names of processors without AVX2. */
static bool is_old_core(const char *kernels)
{
    static const char *const names[] = {
        "Prescott", "Core2",       "Penryn", "Dunnington", "Nehalem",
        "Generic",  "Sandybridge", "Katmai", "Banias",     "Atom"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcasestr(kernels, names[i]))
            return true;
    return false;
}

void doctor_blas(struct doctor *doctor)
{
    const char *chosen = getenv("OPENBLAS_CORETYPE");

    for (int r = 0; r < doctor->comm->size; r++) {
        const struct doctor_rank *rank = &doctor->ranks[r];
        if (*rank->no_blas) {
            doctor_find(doctor, DOCTOR_ERROR,
                        xasprintf("%s: %s", rank->host, rank->no_blas),
                        xstrdup("install OpenBLAS (libopenblas0), or name its folder in "
                                "LD_LIBRARY_PATH"));
            return;
        }
        if (rank->has_avx2 && is_old_core(rank->kernels)) {
            doctor_find(doctor, DOCTOR_WARNING,
                        xasprintf("%s: OpenBLAS takes the processor for one without AVX2 "
                                  "(%s): shares of SGEMM will mean nothing",
                                  rank->host, rank->kernels),
                        xstrdup(chosen ? "unset OPENBLAS_CORETYPE"
                                       : "give OPENBLAS_CORETYPE=Haswell, or take a "
                                         "later OpenBLAS"));
            return;
        }
    }
    doctor_find(doctor, DOCTOR_OK, xstrdup(doctor->ranks->kernels), NULL);
}

void doctor_sets(struct doctor *doctor)
{
    const struct doctor_rank *first = doctor->ranks;

    for (int r = 1; r < doctor->comm->size; r++) {
        const struct doctor_rank *rank = &doctor->ranks[r];
        if (!strcmp(rank->kernels, first->kernels))
            continue;
        doctor_find(
            doctor, DOCTOR_ERROR,
            xasprintf("rank %d on %s has %s, rank 0 on %s %s: their bits would differ", r,
                      rank->host, rank->kernels, first->host, first->kernels),
            xstrdup("give all the same --isa and OPENBLAS_CORETYPE (those of the older "
                    "processor), or hosts of one kind (sbatch --constraint)"));
        return;
    }
    doctor_find(doctor, DOCTOR_OK, xstrdup("the same arithmetic on all ranks"), NULL);
}

void doctor_shared(struct doctor *doctor)
{
    if (doctor->no_window)
        doctor_find(doctor, DOCTOR_ERROR, xstrdup(doctor->no_window),
                    xstrdup("mount -o remount,size=SIZE /dev/shm (docker run "
                            "--shm-size=SIZE), or OMPI_MCA_osc_sm_backing_directory="
                            "FOLDER with room, or --shuffle window, which needs less"));
    else
        doctor_find(doctor, DOCTOR_OK,
                    xasprintf("%zu MiB a node can be had%s", doctor->window_bytes >> 20,
                              doctor->comm->size > 1 ? " and shared" : ""),
                    NULL);
}

/* When the program was made, before which no clock is right. */
static double built_at(void)
{
    struct stat status;
    return stat("/proc/self/exe", &status) ? 0 : (double)status.st_mtime;
}

void doctor_clock(struct doctor *doctor)
{
    const double allowed = 2, day = 86400; /* seconds */
    const struct doctor_rank *ranks = doctor->ranks;
    int early = 0, late = 0;
    static const char cure[] = "set the clocks by NTP or chrony (timedatectl)";

    for (int r = 1; r < doctor->comm->size; r++) {
        early = ranks[r].now < ranks[early].now ? r : early;
        late = ranks[r].now > ranks[late].now ? r : late;
    }
    if (ranks[early].now < built_at() - day)
        doctor_find(doctor, DOCTOR_ERROR,
                    xasprintf("%s is %.0f days before this program was made",
                              ranks[early].host, (built_at() - ranks[early].now) / day),
                    xstrdup(cure));
    else if (ranks[late].now - ranks[early].now > allowed)
        doctor_find(doctor, DOCTOR_WARNING,
                    xasprintf("rank %d on %s is %.0f s ahead of rank %d on %s", late,
                              ranks[late].host, ranks[late].now - ranks[early].now, early,
                              ranks[early].host),
                    xstrdup(cure));
    else
        doctor_find(doctor, DOCTOR_OK, xstrdup("the same on all hosts"), NULL);
}
