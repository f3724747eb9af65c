/* Whether a tar archive is whole: one that was cut between two entries, or that another
 * was put behind, reads well and lacks documents. The bytes are watched on their way. */
#ifndef RNNTRAIN_INPUT_TAR_END_H
#define RNNTRAIN_INPUT_TAR_END_H

#include "base/base.h"

enum tar_end {
    TAR_END_UNKNOWN, /* no tar, or one that is not understood */
    TAR_END_MISSING, /* it ends behind an entry, without the mark of the end */
    TAR_END_WHOLE,
    TAR_END_ANOTHER /* behind the mark another archive begins */
};

/* What a pax header says of the entry behind it, and where in it the watch is. */
struct tar_pax {
    bool has_size;
    uint64_t size;
    uint64_t length, n_length, left; /* of a record: as it says, digits, bytes to come */
    size_t n_key;                    /* of " size=" that were met */
};

/* All-zero at the beginning. */
struct tar_watch {
    char block[512];
    size_t n_block;
    uint64_t to_skip; /* blocks of an entry that are still to come */
    uint64_t n_pax;   /* bytes of a pax header that are still to come */
    struct tar_pax pax;
    bool has_entries, is_lost, has_mark, has_another;
};

void tar_watch_bytes(struct tar_watch *watch, const char *bytes, size_t n);
/* Once all bytes were seen. */
enum tar_end tar_watch_end(const struct tar_watch *watch);

#endif
