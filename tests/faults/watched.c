#define _GNU_SOURCE /* memfd_create */
#include "watched.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "fuzz/fuzz.h"

enum { PATIENCE = 60 };

/* Calls that name a file, and in which argument; the one before it is the folder's
 * descriptor, if there is one. */
static const struct {
    long number;
    int argument;
} calls[] = {{SYS_openat, 1}, {SYS_openat2, 1}, {SYS_execveat, 1}, {SYS_execve, 0},
#ifdef SYS_open
             {SYS_open, 0},   {SYS_creat, 0}
#endif
};

/* Asks us about each of the calls, and lets all others pass. */
static int install_filter(void)
{
    struct sock_filter program[2 + 2 * COUNT_OF(calls)];
    unsigned short n = 0;

    program[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                                offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                    (unsigned)calls[i].number, 0, 1);
        program[n++] =
            (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    }
    program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

    const struct sock_fprog filter = {n, program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                        SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
}

static void send_fd(int socket, int fd)
{
    char byte = 0, control[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    *header = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
                               .cmsg_type = SCM_RIGHTS,
                               .cmsg_len = CMSG_LEN(sizeof fd)};
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    if (sendmsg(socket, &message, 0) < 0)
        _exit(126);
}

/* -1: nothing was sent. */
static int receive_fd(int socket)
{
    int fd = -1;
    char byte = 0, control[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};

    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) > 0 && CMSG_FIRSTHDR(&message))
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

static _Noreturn void become(int (*begin)(const void *context), const void *context,
                             int socket, int said)
{
    int nowhere = open("/dev/null", O_RDONLY);
    dup2(nowhere, STDIN_FILENO);
    dup2(said, STDOUT_FILENO);
    dup2(said, STDERR_FILENO);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);

    int fd = install_filter();
    if (fd < 0)
        _exit(126);
    send_fd(socket, fd);
    close(fd);
    close(socket);
    _exit(begin(context));
}

static void read_memory(pid_t process, uint64_t at, char *text, size_t n)
{
    char name[64];
    snprintf(name, sizeof name, "/proc/%d/mem", (int)process);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    for (size_t i = 0; fd >= 0 && i + 1 < n; i++)
        if (pread(fd, text + i, 1, (off_t)(at + i)) != 1 || !text[i])
            break;
    text[n - 1] = '\0';
    if (fd >= 0)
        close(fd);
}

/* The folder that a path begins in: the process's own, or that of a descriptor. */
static void find_folder(pid_t process, int64_t fd, char *folder, size_t n)
{
    char name[64];
    if (fd < 0)
        snprintf(name, sizeof name, "/proc/%d/cwd", (int)process);
    else
        snprintf(name, sizeof name, "/proc/%d/fd/%d", (int)process, (int)fd);
    ssize_t length = readlink(name, folder, n - 1);
    folder[length < 0 ? 0 : length] = '\0';
}

static void add_path(struct watched *watched, const struct seccomp_notif *asked)
{
    char path[4096] = "", folder[4096] = "";
    int argument = 0;

    for (size_t i = 0; i < COUNT_OF(calls); i++)
        if (asked->data.nr == calls[i].number)
            argument = calls[i].argument;

    pid_t process = (pid_t)asked->pid;
    read_memory(process, asked->data.args[argument], path, sizeof path);
    if (*path != '/')
        find_folder(process, argument ? (int)asked->data.args[0] : -1, folder,
                    sizeof folder);
    watched->path = xrealloc(watched->path, watched->n_paths + 1, sizeof *watched->path);
    watched->path[watched->n_paths++] =
        *path == '/' ? xstrdup(path) : xasprintf("%s/%s", folder, path);
}

/* Hears of one call, which goes on. */
static void answer(int fd, struct watched *watched)
{
    struct seccomp_notif asked;
    struct seccomp_notif_resp reply;

    memset(&asked, 0, sizeof asked);
    memset(&reply, 0, sizeof reply);
    if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0)
        return;
    add_path(watched, &asked);
    reply.id = asked.id;
    reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    (void)!ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

/* Until the process and its children are gone, or its time is up. */
static void supervise(int fd, pid_t child, struct watched *watched)
{
    double end = seconds_now() + PATIENCE;
    struct pollfd wanted = {.fd = fd, .events = POLLIN};

    while (!(wanted.revents & POLLHUP)) {
        if (seconds_now() > end) {
            watched->is_late = true;
            kill(-child, SIGKILL);
            return;
        }
        if (poll(&wanted, 1, 1000) > 0 && (wanted.revents & POLLIN))
            answer(fd, watched);
    }
}

static void take_end(pid_t child, struct watched *watched)
{
    struct rusage usage;
    int status = 0;

    while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR)
        continue;
    watched->code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    watched->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    watched->seconds = (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
                       1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    watched->kib = usage.ru_maxrss;
}

static void take_said(int fd, struct watched *watched)
{
    off_t n = lseek(fd, 0, SEEK_END);
    watched->said = xcalloc((size_t)n + 1, 1);
    watched->n_said = (size_t)n;
    fuzz_check(pread(fd, watched->said, (size_t)n, 0) == n, "what was said");
    close(fd);
}

void watch(int (*begin)(const void *context), const void *context,
           struct watched *watched)
{
    int sockets[2], said = memfd_create("said", MFD_CLOEXEC);
    double began = seconds_now();
    fuzz_check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0,
               "sockets");

    fflush(stdout);
    pid_t child = fork();
    fuzz_check(child >= 0, "a process");
    if (child == 0)
        become(begin, context, sockets[1], said);

    close(sockets[1]);
    int fd = receive_fd(sockets[0]);
    if (fd >= 0) {
        supervise(fd, child, watched);
        close(fd);
    }
    take_end(child, watched);
    take_said(said, watched);
    watched->elapsed = seconds_now() - began;
    close(sockets[0]);
}

static int do_nothing(const void *context)
{
    (void)context;
    return 0;
}

bool watch_works(void)
{
    struct watched watched = {.code = 0};
    watch(do_nothing, NULL, &watched);
    bool works = watched.code == 0;
    watched_release(&watched);
    return works;
}

void watched_release(struct watched *watched)
{
    for (size_t i = 0; i < watched->n_paths; i++)
        free(watched->path[i]);
    free(watched->path);
    free(watched->said);
}
