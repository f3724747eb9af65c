/* rnntrain: see commands.c. */
#include "commands/commands.h"

int main(int argc, char **argv)
{
    return program_main(&rnntrain_program, argc, argv);
}
