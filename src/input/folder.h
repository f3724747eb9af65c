/* A folder and all below it, sorted: folders before files, in each by name. Names that
 * begin with a dot, and what is neither file, folder nor link, are passed over. */
#ifndef RNNTRAIN_INPUT_FOLDER_H
#define RNNTRAIN_INPUT_FOLDER_H

#include "input/input.h"

struct folder;

int folder_open(const char *path, struct folder **folder) NODISCARD;
void folder_close(struct folder *folder);

/* Links count as what they lead to: a file, or a folder within the one that was opened.
 * Other folders and links that lead nowhere or around are refused. */
void folder_follow_links(struct folder *folder);

/* As input_next. */
int folder_next(struct folder *folder, struct input_entry *entry, bool *end) NODISCARD;

#endif
