#include "summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

static int compare_hashes(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(XXH128_hash_t));
}

int summary_duplicates(const struct corpus *corpus)
{
    size_t n_train = (size_t)corpus->n_of_part[DATASET_TRAIN], n = 0;
    XXH128_hash_t *train = xcalloc(n_train, sizeof *train);
    for (int i = 0; i < corpus->n_documents; i++)
        if (corpus->documents[i].part == DATASET_TRAIN)
            train[n++] = XXH3_128bits(corpus->documents[i].text, corpus->documents[i].n);
    qsort(train, n, sizeof *train, compare_hashes);
    int duplicates = 0;
    for (int i = 0; i < corpus->n_documents; i++) {
        if (corpus->documents[i].part != DATASET_TEST)
            continue;
        XXH128_hash_t hash =
            XXH3_128bits(corpus->documents[i].text, corpus->documents[i].n);
        duplicates += bsearch(&hash, train, n, sizeof *train, compare_hashes) != NULL;
    }
    free(train);
    return duplicates;
}

static void print_documents(const struct corpus *corpus)
{
    for (int part = 0; part < DATASET_PARTS; part++) {
        if (!corpus->n_of_part[part])
            continue;
        int *counts = xcalloc((size_t)corpus->n_classes, sizeof *counts);
        for (int i = 0; i < corpus->n_documents; i++)
            if ((int)corpus->documents[i].part == part)
                counts[corpus->documents[i].label]++;
        printf("%-10s %d documents:", corpus_part_names[part], corpus->n_of_part[part]);
        for (int c = 0; c < corpus->n_classes; c++)
            printf(" %s %d%s", corpus->classes[c], counts[c],
                   c + 1 < corpus->n_classes ? "," : "\n");
        free(counts);
    }
}

static double percent(int64_t part, int64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

void summary_print(const struct corpus *corpus, const struct text_tokenizer *tokenizer,
                   const struct repairs *repairs, const struct tally *tally,
                   const char *output)
{
    const struct text_options *options = text_settings(tokenizer);
    int known = text_n_words(tokenizer), limit = options->num_words;
    int kept = limit && limit - 1 < known ? limit - 1 : known, n = corpus->n_documents;
    print_documents(corpus);
    printf("vocabulary kept %d of %d words, ids 1 to %d\n", kept, known, kept);
    printf("num_words  %.2f %% of all words have no id and are %s\n",
           percent(tally->n_unknown, tally->n_words),
           options->oov_token ? "the OOV token" : "dropped");
    printf(
        "maxlen     %d of %d documents exceed %d ids and lose their %s: %.2f %% of ids\n",
        tally->n_longer, n, options->maxlen, options->truncate_pre ? "beginning" : "end",
        percent(tally->n_truncated, tally->n_ids));
    if (tally->n_empty)
        printf("empty      %d of %d documents without a known word\n", tally->n_empty, n);
    if (tally->n_duplicates)
        printf("duplicates %d of %d test documents found in train\n", tally->n_duplicates,
               corpus->n_of_part[DATASET_TEST]);
    if (repairs->n_documents)
        printf(
            "UTF-8      invalid parts (%zu) became U+FFFD in %d of %d documents: %s%s\n",
            repairs->n_parts, repairs->n_documents, n, repairs->examples,
            repairs->n_documents > 3 ? ", ..." : "");
    printf("wrote      %s\n", output);
}
