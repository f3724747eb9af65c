/* rnntrain: see commands.c. */
#include "base/signals.h"
#include "commands/commands.h"

SIGNALS_FROM_THE_START

int main(int argc, char **argv)
{
    return program_main(&rnntrain_program, argc, argv);
}
