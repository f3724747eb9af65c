#include "train/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"

/* mpirun gives its ranks a terminal of their own, whatever it writes to itself: look at
 * where mpirun's output goes. */
static bool reaches_terminal(FILE *console)
{
    char link[64], target[64] = "";
    if (!isatty(fileno(console)))
        return false;
    if (!getenv("OMPI_COMM_WORLD_RANK"))
        return true;
    snprintf(link, sizeof link, "/proc/%ld/fd/1", (long)getppid());
    return readlink(link, target, sizeof target - 1) > 0 &&
           (!strncmp(target, "/dev/pts/", 9) || !strncmp(target, "/dev/tty", 8));
}

void report_to_console(struct report *report, FILE *console, bool quiet)
{
    report->console = console;
    report->is_terminal = reaches_terminal(console);
    report->quiet = quiet;
}

static void clear_bar(struct report *report)
{
    if (report->bar_shown)
        fputs("\r\033[K", report->console);
    report->bar_shown = false;
}

void report_say(struct report *report, const char *format, ...)
{
    if (!report->console || report->quiet)
        return;

    va_list args;
    va_start(args, format);
    clear_bar(report);
    say_line_with(report->console, format, args);
    fflush(report->console);
    va_end(args);
}

void report_tell(struct report *report, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    clear_bar(report);

    if (report->console)
        fflush(report->console);
    fputs("rnntrain: ", stderr);
    say_line_with(stderr, format, args);
    va_end(args);
}

void report_progress(struct report *report, int epoch, int epochs, int step, int n_steps,
                     double loss)
{
    enum { WIDTH = 30 };
    double now = seconds_now();
    if (!report->console || report->quiet || !report->is_terminal ||
        now - report->last_bar < 0.1)
        return;

    int filled = step * WIDTH / n_steps;
    fprintf(report->console, "\repoch %d/%d [%.*s%*s] %d/%d  loss %.4f\033[K", epoch,
            epochs, filled, "##############################", WIDTH - filled, "", step,
            n_steps, loss);
    fflush(report->console);

    report->last_bar = now;
    report->bar_shown = true;
}
