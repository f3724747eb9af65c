/* What is installed beside a program, made of its table of commands when it is built:
 * manual pages, and completion for bash, zsh and fish. */
#ifndef RNNTRAIN_BASE_MANUAL_H
#define RNNTRAIN_BASE_MANUAL_H

#include "base/program.h"

/* Writes them into a folder like /usr/share, whose own folders are there: man/man1,
 * bash-completion/completions, zsh/site-functions, fish/vendor_completions.d. ERR_IO. */
int manual_write(const struct program *program, const char *folder) NODISCARD;

#endif
