/* An object of sanitized programs: what Open MPI leaks is suppressed by the library that
 * asked for it, so a leak's stack must name that. Stacks are taken by frame pointers; to
 * walk them without would take ten times as long where memory is asked for often. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int __vasprintf_chk(char **text, int flag, const char *format, va_list list);
int __asprintf_chk(char **text, int flag, const char *format, ...);
int dlclose(void *handle);

/* Open MPI unloads its plug-ins at the end: a library that is gone has no name. */
int dlclose(void *handle)
{
    (void)handle;
    return 0;
}

/* libc's own would stand between: it keeps no frame pointers, the stack ends there. */
int vasprintf(char **text, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);

    *text = n < 0 ? NULL : malloc((size_t)n + 1);
    return *text ? vsnprintf(*text, (size_t)n + 1, format, list) : -1;
}

int asprintf(char **text, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = vasprintf(text, format, list);
    va_end(list);
    return n;
}

int __vasprintf_chk(char **text, int flag, const char *format, va_list list)
{
    (void)flag;
    return vasprintf(text, format, list);
}

int __asprintf_chk(char **text, int flag, const char *format, ...)
{
    va_list list;
    (void)flag;
    va_start(list, format);
    int n = vasprintf(text, format, list);
    va_end(list);
    return n;
}
