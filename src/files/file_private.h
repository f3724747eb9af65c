/* What seal.c gives to replace.c. */
#ifndef RNNTRAIN_FILES_FILE_PRIVATE_H
#define RNNTRAIN_FILES_FILE_PRIVATE_H

#include "files/file.h"

/* Appends the trailer to n bytes of content, makes the file durable and reads it back; -1
 * and errno on failure. */
int file_append_seal(int fd, uint64_t n) NODISCARD;

#endif
