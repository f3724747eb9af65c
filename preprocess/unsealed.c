#include "unsealed.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/say.h"
#include "files/h5.h"

void print_unsealed(bool is_unsealed, const char *path)
{
    char *note = is_unsealed ? h5_unsealed_note(path) : NULL;
    if (note)
        say_line(stderr, "rnnprep: note: %s", note);
    free(note);
}
