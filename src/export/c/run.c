#include "export/c/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "files/temporary.h"

static void redirect(int to, const char *path, int flags)
{
    int fd = open(path, flags | O_NOFOLLOW, 0600);
    if (fd < 0 || dup2(fd, to) < 0)
        _exit(RUN_NOT_STARTED);
}

/* In the child. */
static _Noreturn void become(const char **command, const char *folder,
                             char *const streams[3])
{
    const int write_flags = O_WRONLY | O_CREAT | O_TRUNC;

    setpgid(0, 0);
    signals_restore();
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* a compiler removes its files then */
    setenv("TMPDIR", folder, true);
    redirect(STDIN_FILENO, streams[0], O_RDONLY);
    redirect(STDOUT_FILENO, streams[1], write_flags);
    redirect(STDERR_FILENO, streams[2], write_flags);
    execvp(command[0], (char **)command);
    _exit(errno == ENOENT ? RUN_NOT_FOUND : RUN_NOT_STARTED);
}

/* Exit code of a child, 256 and more for a signal, or RUN_TIME_IS_UP. */
static int wait_for(pid_t child, double seconds)
{
    const struct timespec pause = {0, 5000000};
    double end = seconds_now() + seconds;
    int status = 0;

    while (waitpid(child, &status, WNOHANG) == 0) {
        if (seconds_now() > end) {
            kill(-child, SIGKILL); /* a compiler has children too */
            waitpid(child, &status, 0);
            return RUN_TIME_IS_UP;
        }
        nanosleep(&pause, NULL);
    }

    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

int c_run(const char **command, const char *folder, char *const streams[3],
          double seconds, int *code)
{
    pid_t child = fork();
    if (child < 0)
        return fail(ERR_IO, "cannot start %s: %s", command[0], strerror(errno));
    if (child == 0)
        become(command, folder, streams);

    setpgid(child, child); /* whichever of the two comes first */
    temporary_set_group(child);
    *code = wait_for(child, seconds);
    temporary_set_group(0);
    return OK;
}
