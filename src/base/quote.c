#include "base/quote.h"

#include <stdlib.h>
#include <string.h>

char *quote_for_shell(const char *argument)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_=./,:+@%";
    char *text = xstrdup("'"), *longer;

    if (*argument && argument[strspn(argument, plain)] == '\0') {
        free(text);
        return xstrdup(argument);
    }
    for (size_t n; *argument; argument += n + (argument[n] == '\'')) {
        n = strcspn(argument, "'");
        longer =
            xasprintf("%s%.*s%s", text, (int)n, argument, argument[n] ? "'\\''" : "");
        free(text);
        text = longer;
    }
    longer = xasprintf("%s'", text);
    free(text);
    return longer;
}

char *quote_command(const char *program, int argc, char *const *argv)
{
    char *line = xstrdup(program);

    for (int i = 0; i < argc; i++) {
        char *argument = quote_for_shell(argv[i]);
        char *longer = xasprintf("%s %s", line, argument);
        free(argument);
        free(line);
        line = longer;
    }
    return line;
}
