/* The reader of corpora: any bytes as an archive. */
#include <string.h>

#include "../../preprocess/corpus.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    for (int test_only = 0; test_only < 2; test_only++) {
        struct corpus corpus = {0};
        const char *path = fuzz_file(bytes, n);
        int rc = corpus_read(&corpus, path, test_only);
        if (!rc)
            rc = corpus_sort(&corpus, path);
        fuzz_check(rc == OK || rc == ERR_FORMAT || rc == ERR_NO_INPUT || rc == ERR_USAGE,
                   "a code");
        fuzz_check(rc == OK || strstr(fail_message(), path),
                   "a message that names the file");
        corpus_release(&corpus);
    }
    return 0;
}
