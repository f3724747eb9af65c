/* The readers of corpora: any bytes as a file or an archive, up to the settled rows. */
#include "fuzz.h"

#include <string.h>

#include "words/intake.h"

static int read_and_settle(struct corpus *corpus, const struct source *source, int limit)
{
    struct text_options text = {.lower = true, .maxlen = 10};
    struct records_options records = {0};
    struct corpus_options options = {.test_split = limit ? 0.3 : 0,
                                     .drop_duplicates = limit};
    struct text_tokenizer *tokenizer = text_new(&text);
    struct vocabulary vocabulary = {.limit = limit};
    struct spool spool = {0};
    struct intake intake = {.tokenizer = tokenizer,
                            .reader = reader_new(source, 1, &records, NULL),
                            .corpus = corpus,
                            .vocabulary = &vocabulary,
                            .spool = &spool,
                            .n_threads = 1};

    corpus->sources = source;
    fuzz_check(!spool_open(&spool, "x"), "a temporary file");

    int rc = intake_run(&intake);
    if (!rc)
        rc = corpus_settle(corpus, 1, &options, reader_notes(intake.reader));

    spool_close(&spool);
    vocabulary_release(&vocabulary);
    reader_free(intake.reader);
    text_free(tokenizer);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    for (int test_only = 0; test_only < 2; test_only++) {
        struct corpus corpus = {0};
        struct source source = {.path = fuzz_file(bytes, n),
                                .part = test_only ? DATASET_TEST : -1};
        int rc = read_and_settle(&corpus, &source, test_only ? 0 : 2);

        fuzz_check(rc == OK || rc == ERR_FORMAT || rc == ERR_NO_INPUT || rc == ERR_USAGE,
                   "a code");
        fuzz_check(rc == OK || strstr(fail_message(), source.path) || rc == ERR_USAGE,
                   "a message that names the file");
        corpus_release(&corpus);
    }
    return 0;
}
