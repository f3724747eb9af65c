/* Files as streams of bytes, whatever they are packed in: a file, a tar or zip archive,
 * each also compressed (gz, bz2, xz, zst), standard input, or a folder. Nothing is
 * unpacked to disk; a stream is read once. */
#ifndef RNNTRAIN_INPUT_INPUT_H
#define RNNTRAIN_INPUT_INPUT_H

#include "base/base.h"

/* INPUT_OTHER: a FIFO, a socket or a device, which nothing is read from. */
enum input_kind { INPUT_FILE, INPUT_FOLDER, INPUT_LINK, INPUT_OTHER };

struct input_entry {
    const char *name; /* within the folder or archive; NULL: one file was opened */
    enum input_kind kind;
};

struct input;

/* "-" is standard input. Free with input_close (NULL is fine). */
int input_open(const char *path, struct input **input) NODISCARD;
void input_close(struct input *input);

bool input_is_folder(const struct input *input);

/* The next entry: in a folder subfolders first, sorted by name; borrowed until the next
 * call. Names in a folder that begin with a dot are passed over. */
int input_next(struct input *input, struct input_entry *entry, bool *end) NODISCARD;

/* The next bytes of the entry, at most n; *got 0 at its end. Not for a folder's entries:
 * they are opened by their own paths. */
int input_read(struct input *input, char *bytes, size_t n, size_t *got) NODISCARD;

/* Whether input_read has failed: the bytes cannot be had, whatever they mean. */
bool input_has_failed(const struct input *input);

/* Before the first input_next: links in a folder count as what they lead to, files
 * anywhere, folders within the folder only. */
void input_follow_links(struct input *input);

/* A file of a folder by its own path; to be closed before the folder is. */
int input_open_file(const struct input *folder, const char *path,
                    struct input **input) NODISCARD;

/* The bytes of an entry that were read before. */
struct input_head {
    const char *bytes; /* (n), borrowed */
    size_t n;
    bool has_more; /* the entry, and these are still to be read */
};

/* The entry that input_next gave last as an input of its own, one file: what it is packed
 * in (gz, bz2, xz, zst) is unpacked. An archive within the archive is refused by its
 * first input_next. What was not read is read through `outer`, before which it is to be
 * closed. `name` is in messages. */
int input_open_entry(struct input *outer, const struct input_head *head, const char *name,
                     struct input **input) NODISCARD;

#endif
