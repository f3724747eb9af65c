/* rnntrain: see commands.c. */
#include "base/signals.h"
#include "commands/commands.h"
#include "files/temporary.h"

SIGNALS_FROM_THE_START

int main(int argc, char **argv)
{
    signals_tidy_by(temporary_remove_all);
    return program_main(&rnntrain_program, argc, argv);
}
