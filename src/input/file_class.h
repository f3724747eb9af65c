/* Files of unlabelled texts, a file a class: what a file's name says of the class.
 *
 * rt-polarity.pos and rt-polarity.neg: the ending, where it is none of the usual;
 * train_pos.txt, negative.txt: a word that classes are usually called. */
#ifndef RNNTRAIN_INPUT_FILE_CLASS_H
#define RNNTRAIN_INPUT_FILE_CLASS_H

#include "text/words.h"

/* Whether a file's name could say a class, *name, which is within the path. */
bool file_class(const char *path, struct word *name);

/* What siblings have in common: the path without the class and without words for parts;
 * the caller's to free. */
char *file_class_stem(const char *path, struct word class_name);

/* Whether a file is called by one word and an ending, and that word could be a class as
 * those of its siblings are: q.txt beside pos.txt. */
bool file_class_is_bare(const char *path);

/* Whether a name is usual for a class: pos, negative, spam. */
bool file_class_is_usual(const char *name, size_t n);

#endif
