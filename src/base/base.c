#define _GNU_SOURCE
#include "base/say.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static _Thread_local char message[2048];
static void (*die_hook)(int code);
static _Thread_local jmp_buf *caught; /* where die() goes, if anywhere */

int fail(int code, const char *format, ...)
{
    char text[sizeof message]; /* an argument may be the previous message itself */
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);

    say_escape(text, message, sizeof message);
    return code;
}

const char *fail_message(void)
{
    return message;
}

void die_set_hook(void (*hook)(int code))
{
    die_hook = hook;
    caught = NULL; /* a child process must not go on as its parent */
}

int die_caught(int (*work)(void *context), void *context)
{
    jmp_buf here;
    int rc = ERR_INTERNAL;

    caught = &here;
    if (setjmp(here) == 0)
        rc = work(context);
    caught = NULL;
    return rc;
}

_Noreturn void die(const char *format, ...)
{
    char text[sizeof message];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);

    fail(ERR_INTERNAL, "%s", text);
    if (caught)
        longjmp(*caught, 1);

    fprintf(stderr, "%s: internal error: %s\n", program_invocation_short_name, message);
    if (die_hook)
        die_hook(ERR_INTERNAL);
    exit(ERR_INTERNAL);
}

static void *checked(void *block, size_t count, size_t size)
{
    if (!block && count && size)
        die("out of memory: %zu x %zu bytes", count, size);
    return block;
}

void *xcalloc(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size), count, size);
}

void *xrealloc(void *block, size_t count, size_t size)
{
    return checked(reallocarray(block, count ? count : 1, size), count, size);
}

void *xaligned(size_t count, size_t size)
{
    const size_t huge = (size_t)2 << 20;
    if (size && count > (SIZE_MAX - huge) / size)
        die("out of memory: %zu x %zu bytes", count, size);

    size_t alignment = count * size >= huge ? huge : 64;
    size_t n_bytes = (count * size + alignment - 1) / alignment * alignment;
    void *block = checked(aligned_alloc(alignment, n_bytes ? n_bytes : 64), count, size);

    if (alignment == huge)
        madvise(block, n_bytes, MADV_HUGEPAGE); /* only advice: failure costs nothing */
    memset(block, 0, n_bytes);
    return block;
}

char *xstrdup(const char *text)
{
    return checked(strdup(text), strlen(text) + 1, 1);
}

/* Of no bytes text may be NULL. */
char *xstrndup(const char *text, size_t n_bytes)
{
    return checked(strndup(n_bytes ? text : "", n_bytes), n_bytes + 1, 1);
}

char *xasprintf(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&text, format, args);
    va_end(args);
    if (n < 0)
        die("out of memory: formatting a string");
    return text;
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    void *part = arena->base ? arena->base + arena->used : NULL;
    arena->used += (count * size + 63) / 64 * 64;
    return part;
}

double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

size_t host_memory(void)
{
    return (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
}
