/* Errors, checked allocation and small strings: what every other module stands on.
 *
 * A function that can meet a bad world returns `int`: OK or one of the codes below, which
 * are the exit codes of the programs (sysexits.h where it has one). It calls fail() once,
 * at the place that knows best; the message is kept per thread and printed once, by main.
 * Out-parameters stay untouched on failure. Bugs and exhausted memory end the job through
 * die(). Nothing here is collective.
 */
#ifndef RNNTRAIN_BASE_BASE_H
#define RNNTRAIN_BASE_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RNNTRAIN_VERSION "0.1.0"

/* The number type of all weights and activations: float to run, double to check gradients
 * by finite differences. The same sources are built with both. */
#ifdef RNNTRAIN_DOUBLE
typedef double real;
#else
typedef float real;
#endif

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum error {
    OK = 0,
    ERR_USAGE = 64,       /* the command line or a configuration is wrong */
    ERR_FORMAT = 65,      /* a file's content is wrong */
    ERR_NO_INPUT = 66,    /* an input is missing or cannot be opened */
    ERR_UNAVAILABLE = 69, /* a rank or its host does not answer */
    ERR_INTERNAL = 70,    /* a bug, or memory is exhausted */
    ERR_EXISTS = 73,      /* something would be overwritten */
    ERR_IO = 74,          /* reading or writing failed */
    ERR_STOPPED = 75,     /* stopped with a checkpoint: run again with --resume */
    ERR_DIVERGED = 76,    /* loss or gradient is not finite */
    ERR_UNHEARD = 141     /* nobody reads standard output: 128 + SIGPIPE, as shells say */
};

/* Stores the message (at most 2 KiB, one line, escaped as say.h says); returns `code`. */
int fail(int code, const char *format, ...) PRINTF_LIKE(2, 3);

/* The last message of this thread, "" if there is none. Valid until the next fail(). */
const char *fail_message(void);

/* Ends the whole job: prints "program: internal error: ..." and calls the abort hook. For
 * bugs and exhausted memory only. */
_Noreturn void die(const char *format, ...) PRINTF_LIKE(1, 2);

/* What die() calls instead of exit(): comm sets it to MPI_Abort. The hook must not
 * return. Nothing is caught in this thread any more. */
void die_set_hook(void (*hook)(int code));

/* For a library, whose host lives on: runs work(context) and returns its code. Where it
 * dies in this thread, nothing is printed, the message is fail()'s, and ERR_INTERNAL is
 * returned; the memory that it had taken is lost, and locks that it holds stay locked, so
 * it should take none. Not within another one. */
int die_caught(int (*work)(void *context), void *context) NODISCARD;

/* Never return NULL; memory is zeroed; free() releases it. The aligned form starts at a
 * multiple of 64 bytes and asks for huge pages where it is larger than 2 MiB. */
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *block, size_t count, size_t size);
void *xaligned(size_t count, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t n_bytes);
char *xasprintf(const char *format, ...) PRINTF_LIKE(1, 2);

/* A workspace is laid out by a function that takes its parts from an arena, called twice:
 * with base NULL to learn the size, then with base a zeroed block of `used` bytes. */
struct arena {
    char *base;
    size_t used; /* bytes, a multiple of 64 */
};

/* The next `count` elements, 64-byte aligned; NULL while base is NULL. */
void *arena_take(struct arena *arena, size_t count, size_t size);

/* A model's workspace, in three parts: weights as the kernels read them, which models in
 * several threads share; the activations of a lane; and gradients with what they alone
 * need, which a model that never trains has not: its `backward` stays at base NULL. */
struct space {
    struct arena weights, lane, backward;
};

/* Seconds of a monotonic clock, from an arbitrary origin. */
double seconds_now(void);

/* Bytes of memory that this host has. */
size_t host_memory(void);

#endif
