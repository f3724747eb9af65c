/* Where the run would be kept. */
#include "commands/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "files/directory.h"
#include "files/file.h"
#include "train/trainer.h"

char *doctor_run_folder(const struct doctor *doctor)
{
    return run_dir_nearest(doctor->settings->run_dir);
}

/* A new file there, which nobody else has; its path is the caller's. -1 and errno. */
static int make_probe(const struct doctor *doctor, char **path)
{
    char *folder = doctor_run_folder(doctor);
    int fd;

    *path = xasprintf("%s/.rnntrain-doctor-XXXXXX", folder);
    fd = mkstemp(*path);
    free(folder);
    return fd;
}

static void remove_probe(int fd, char *path)
{
    if (fd >= 0) {
        int error = errno;
        close(fd);
        unlink(path);
        errno = error;
    }
    free(path);
}

/* Seconds by which the file server's clock is ahead of ours. */
static double ahead(int fd)
{
    struct stat status;
    struct timespec now;
    if (fstat(fd, &status) || clock_gettime(CLOCK_REALTIME, &now))
        return 0;
    return (double)(status.st_mtim.tv_sec - now.tv_sec);
}

/* Written, flushed, and given another name: what a checkpoint is. */
static bool can_write(int fd, const char *path)
{
    static const char text[] = "rnntrain doctor\n";
    char *other = xasprintf("%s.2", path);
    bool can = write(fd, text, sizeof text) == (ssize_t)sizeof text && !fsync(fd) &&
               !rename(path, other) && !rename(other, path);
    free(other);
    return can;
}

void doctor_folder(struct doctor *doctor)
{
    const double allowed = 5; /* seconds */
    const char *run_dir = doctor->settings->run_dir;
    char *path = NULL, *folder = doctor_run_folder(doctor);
    bool is_there = !strcmp(folder, run_dir);
    int fd = make_probe(doctor, &path);
    bool can = fd >= 0 && can_write(fd, path);
    int error = errno;

    if (!can)
        doctor_find(doctor, DOCTOR_ERROR,
                    xasprintf("%s: cannot be written to: %s", folder, strerror(error)),
                    xstrdup("choose another --run-dir, on a file system that all of the "
                            "job's rank 0 may write to"));
    else if (ahead(fd) > allowed || ahead(fd) < -allowed)
        doctor_find(doctor, DOCTOR_WARNING,
                    xasprintf("%s: the clock of its file system is %.0f s off ours",
                              folder, ahead(fd)),
                    xstrdup("set both by NTP or chrony"));
    else
        doctor_find(
            doctor, DOCTOR_OK,
            xasprintf("%s %s", run_dir, is_there ? "can be written to" : "can be made"),
            NULL);
    remove_probe(fd, path);
    free(folder);
}

/* The second opening must find it locked. */
static enum file_lock try_locks(int fd, const char *path)
{
    int other = open(path, O_RDWR | O_CLOEXEC);
    enum file_lock lock = file_lock(fd, 0);

    if (lock == FILE_LOCKED && other >= 0 && file_lock(other, 0) != FILE_LOCKED_BY_OTHER)
        lock = FILE_NO_LOCKS;
    if (other >= 0)
        close(other);
    return lock;
}

void doctor_locks(struct doctor *doctor)
{
    char *path = NULL, *log = xasprintf("%s/log.jsonl", doctor->settings->run_dir);
    int fd = make_probe(doctor, &path);
    int held = open(log, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        doctor_find(doctor, DOCTOR_ERROR, xstrdup("no file can be made to be locked"),
                    xstrdup("choose another --run-dir"));
    else if (held >= 0 && file_lock(held, 0) == FILE_LOCKED_BY_OTHER)
        doctor_find(doctor, DOCTOR_ERROR, xasprintf("%s: another job holds it", log),
                    xstrdup("wait for that job, end it, or choose another --run-dir"));
    else if (try_locks(fd, path) != FILE_LOCKED)
        doctor_find(doctor, DOCTOR_WARNING,
                    xstrdup("the file system of the run directory has no locks: two "
                            "jobs in one folder would not notice"),
                    xstrdup("mount it with them (Lustre: -o flock; NFS: without "
                            "nolock), or give each job its own --run-dir"));
    else
        doctor_find(doctor, DOCTOR_OK, xstrdup("a second job would be kept out"), NULL);

    if (held >= 0)
        close(held);
    remove_probe(fd, path);
    free(log);
}

/* Whether a file more can have a name there. */
static bool has_inodes(const char *folder)
{
    struct statvfs status;
    return statvfs(folder, &status) || status.f_files == 0 || status.f_favail > 0;
}

void doctor_disk(struct doctor *doctor)
{
    const int64_t least = INT64_C(64) << 20, usual = INT64_C(1) << 30;
    char *folder = doctor_run_folder(doctor);
    int64_t left = file_free_bytes(folder);
    enum doctor_level level = left >= 0 && left < least   ? DOCTOR_ERROR
                              : left >= 0 && left < usual ? DOCTOR_WARNING
                                                          : DOCTOR_OK;
    char *cure = level == DOCTOR_OK
                     ? NULL
                     : xstrdup("make room, or choose another --run-dir; two checkpoints "
                               "of a model must find room");

    if (!has_inodes(folder))
        doctor_find(doctor, DOCTOR_ERROR,
                    xasprintf("%s: its file system has no room for more files", folder),
                    xstrdup("remove files (df -i), or choose another --run-dir"));
    doctor_find(doctor, level,
                left < 0
                    ? xstrdup("the file system names no limit")
                    : xasprintf("%lld MiB are free in %s", (long long)left >> 20, folder),
                cure);
    free(folder);
}

void doctor_temporary(struct doctor *doctor)
{
    const int64_t least = INT64_C(16) << 20;
    const char *given = getenv("TMPDIR"), *folder = given && *given ? given : "/tmp";
    int64_t left = file_free_bytes(folder);

    if (access(folder, W_OK | X_OK))
        doctor_find(
            doctor, DOCTOR_ERROR,
            xasprintf("%s: %s: MPI keeps its files there", folder, strerror(errno)),
            xstrdup("set TMPDIR to a folder of each host that can be written "
                    "to"));
    else if (left >= 0 && left < least)
        doctor_find(doctor, DOCTOR_ERROR,
                    xasprintf("%lld MiB are free in %s, where MPI keeps its files",
                              (long long)left >> 20, folder),
                    xstrdup("make room, or set TMPDIR to another folder"));
    else
        doctor_find(doctor, DOCTOR_OK, xasprintf("%s can be written to", folder), NULL);
}

void doctor_limits(struct doctor *doctor)
{
    static const struct {
        int resource;
        const char *what, *letter;
        rlim_t least;
    } limits[] = {
        {RLIMIT_FSIZE, "bytes of a file", "f", (rlim_t)1 << 28},
        {RLIMIT_AS, "bytes of memory", "v", (rlim_t)1 << 32},
        {RLIMIT_NOFILE, "open files", "n", 128},
    };
    bool is_well = true;

    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        struct rlimit limit;
        if (getrlimit((__rlimit_resource_t)limits[i].resource, &limit) ||
            limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= limits[i].least)
            continue;

        is_well = false;
        doctor_find(
            doctor, DOCTOR_WARNING,
            xasprintf("a process may have %llu %s", (unsigned long long)limit.rlim_cur,
                      limits[i].what),
            xasprintf("ulimit -%s unlimited, or see the job's limits", limits[i].letter));
    }
    if (is_well)
        doctor_find(doctor, DOCTOR_OK, xstrdup("of files and memory are wide"), NULL);
}
