/* What names say: of a folder or a file, which part of a corpus stands in it; of a path,
 * whether it is hidden. */
#ifndef RNNTRAIN_INPUT_PLACE_H
#define RNNTRAIN_INPUT_PLACE_H

#include "data/dataset.h"
#include "text/words.h"

/* Where documents stand. */
enum place_kind {
    PLACE_FOLDER,  /* a folder, each file of which is a document */
    PLACE_RECORDS, /* a file of labelled texts */
    PLACE_LINES    /* a file whose lines are texts of one class, which its name tells */
};

enum {
    PLACE_NO_PART = -1,     /* the name has no word for a part */
    PLACE_UNCLEAR_PART = -2 /* a word that hints at a part, or words of several */
};

/* The part that the words of a name tell, which end at what is no letter, and at aB and
 * ABc: train, training; test, testing; validation, valid, val, dev, devel, development;
 * each also with set, data, file, split or corpus behind it. *word, if given: the word
 * within the name. */
int place_part_of_name(const char *name, size_t n, struct word *word);

/* The same of the file's own name, which is all behind the last '/'. */
int place_part_of_file(const char *path, struct word *word);

/* The next word of a name, from *at on, which moves behind it; false: there is none. */
bool place_next_word(const char *name, size_t n, size_t *at, struct word *word);

/* Whether n bytes are the word, in any case. */
bool place_is_word(const char *text, size_t n, const char *word);

/* The last name of a path, and that name's ending with its dot: ".csv", "" if it has
 * none or is nothing else. */
const char *place_last_name(const char *path);
const char *place_ending(const char *path);

/* Whether a name of the path begins with a dot ("." and ".." do not count). */
bool place_is_hidden(const char *path);

/* Whether one of n words stands in the last name of a path. */
bool place_has_word(const char *path, const char *const *words, size_t n);

#endif
