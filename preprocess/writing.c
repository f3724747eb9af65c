/* From what a job found to the file of the data set. */
#include "job.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "files/file.h"

/* The options as they are recorded: those of n-grams only where some are counted, as that
 * of vectors, so that data sets without are what they were before there were any. */
static json_t *recorded_options(const struct settings *settings)
{
    static const char *const names[] = {"ngrams", "ngram_min_count", "ngram_limit",
                                        "ngram_punctuation"};
    char *text = options_to_json(&cmd_prepare_table, settings);
    json_t *options = json_loads(text, 0, NULL);

    for (size_t i = 0; i < COUNT_OF(names) && !settings->ngrams; i++)
        json_object_del(options, names[i]);
    if (!settings->ngram_characters)
        json_object_del(options, "ngram_characters");
    if (!settings->vectors)
        json_object_del(options, "vectors");
    free(text);
    return options;
}

static void add_unlabelled(json_t *root, const struct unlabelled *unlabelled)
{
    if (!unlabelled->n_sources)
        return;
    char *digest = corpus_digest(&unlabelled->corpus);
    json_object_set_new(root, "unlabelled_sha256", json_string(digest));
    json_object_set_new(root, "unlabelled", json_integer(unlabelled_n(unlabelled)));
    free(digest);
}

/* SHA-256 of the corpus, options, documents of each class. */
static char *provenance(const struct job *job)
{
    const struct corpus *corpus = &job->corpus;
    json_t *root = json_object(), *documents = json_object();
    char *digest = corpus_digest(corpus);

    for (int part = 0; part < DATASET_PARTS; part++) {
        if (!corpus->n_of_part[part])
            continue;
        json_t *counts = json_object();
        for (int c = 0; c < corpus->n_classes; c++)
            json_object_set_new(counts, corpus->classes[c],
                                json_integer(corpus->n_of_class[part][c]));
        json_object_set_new(documents, dataset_part_names[part], counts);
    }

    json_object_set_new(root, "corpus_sha256", json_string(digest));
    add_unlabelled(root, &job->unlabelled);
    json_object_set_new(root, "documents", documents);
    json_object_set_new(root, "options", recorded_options(job->settings));
    json_object_set_new(root, "rnnprep", json_string(RNNTRAIN_VERSION));
    char *text = json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(root);
    free(digest);
    return text;
}

/* Memory for the labels and the lengths of each part. */
static void make_columns(const struct job *job, struct dataset *data)
{
    int n_labels = data->facts.multi_label ? data->facts.n_labels : 0;
    for (int part = 0; part < DATASET_ALL_PARTS; part++) {
        struct rows *rows = &data->part[part];
        bool is_labelled = part != DATASET_UNLABELLED;
        rows->n =
            is_labelled ? job->corpus.n_of_part[part] : unlabelled_n(&job->unlabelled);
        rows->n_labels = is_labelled ? n_labels : 0;

        if (rows->n_labels)
            rows->multi_hot = xcalloc((size_t)rows->n, (size_t)rows->n_labels);
        else if (is_labelled)
            rows->y = xcalloc((size_t)rows->n, sizeof *rows->y);
        rows->length = xcalloc((size_t)rows->n, sizeof *rows->length);
        if (job->ngrams.n)
            data->n_ones[part] = (size_t)job->ngram_rows.start[part][rows->n];
    }
}

static void release_columns(struct dataset *data)
{
    for (int part = 0; part < DATASET_ALL_PARTS; part++) {
        free(data->part[part].y);
        free(data->part[part].multi_hot);
        free(data->part[part].length);
    }
    free(data->tokenizer);
    free(data->kept);
    free(data->provenance);
}

int job_write(struct job *job)
{
    const struct text_options *options = text_settings(job->tokenizer);
    struct encoding encoding = {
        .corpus = &job->corpus,
        .unlabelled = &job->unlabelled.corpus,
        .spool = &job->spool,
        .map = job->map,
        .n_numbers = job->n_numbers,
        .tokenizer = job->tokenizer,
        .ngrams = job->ngrams.n ? &job->ngram_rows : NULL,
        .n_threads = job->n_threads,
    };
    struct dataset data = {.path = job->settings->output,
                           .facts = {.num_words = job_num_words(job),
                                     .maxlen = options->maxlen,
                                     .n_labels = job->corpus.n_classes,
                                     .labels = job->corpus.classes,
                                     .pad_pre = options->pad_pre,
                                     .truncate_pre = options->truncate_pre,
                                     .multi_label = job->corpus.is_multi_label,
                                     .has_ngrams = job->ngrams.n > 0,
                                     .has_characters = job->ngrams.characters > 0,
                                     .has_unlabelled = unlabelled_n(&job->unlabelled) > 0,
                                     .has_vectors = job->vectors.width > 0},
                           .provenance = provenance(job),
                           .n_features = (size_t)job->ngrams.n_features,
                           .ngrams = &job->ngrams,
                           .sparse = job->ngram_rows.sparse,
                           .vectors_width = job->vectors.width,
                           .vectors = &job->vectors};

    struct job_notes notes;

    make_columns(job, &data);
    job_take_notes(job, &data, &notes);
    int rc = encode_write(&encoding, &data, &job->tally, &job->unlabelled_tally);
    if (!rc && job->settings->save_tokenizer)
        rc = file_replace(job->settings->save_tokenizer, data.tokenizer,
                          strlen(data.tokenizer), false);
    release_columns(&data);
    job_forget_notes(&notes);
    return rc;
}
