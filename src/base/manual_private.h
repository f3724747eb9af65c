/* What the files of manual.h share. */
#ifndef RNNTRAIN_BASE_MANUAL_PRIVATE_H
#define RNNTRAIN_BASE_MANUAL_PRIVATE_H

#include "base/manual.h"

/* One page: of a command, or, where it is NULL, of the program. */
void manual_page(const struct program *program, const struct command *command, FILE *out);

void manual_bash(const struct program *program, FILE *out);
void manual_zsh(const struct program *program, FILE *out);
void manual_fish(const struct program *program, FILE *out);

/* What an option wants behind it. */
enum manual_value { MANUAL_NOTHING, MANUAL_WORD, MANUAL_CHOICE, MANUAL_FILE };
enum manual_value manual_value_of(const struct option *option);

/* Bytes of a help up to its first ';' or ':', for a line beside the name. */
size_t manual_brief(const char *help);

#endif
