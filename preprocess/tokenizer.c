/* The tokenizer of a data set that is made: a new one, or another's. */
#include "job.h"

#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "corpus/lines.h"
#include "corpus/stop_words.h"
#include "files/h5.h"

int job_make_tokenizer(struct job *job)
{
    const struct settings *settings = job->settings;
    struct text_options options = {.tags = (enum text_tags)settings->tags,
                                   .form = (enum text_form)settings->normalize,
                                   .segment = (enum text_segment)settings->segment,
                                   .filters = settings->filters,
                                   .split = settings->split,
                                   .lower = settings->lower,
                                   .oov_token = settings->oov_token,
                                   .num_words = (int)settings->num_words,
                                   .pad_pre = settings->padding == 0,
                                   .truncate_pre = settings->truncating == 0,
                                   .maxlen = (int)settings->maxlen};
    if (settings->char_level)
        options.segment = TEXT_SEGMENT_CHAR;

    int rc = settings->stop_words
                 ? stop_words_read(settings->stop_words, &options.stop_words,
                                   &options.n_stop_words)
                 : OK;
    if (rc)
        return rc;

    job->tokenizer = text_new(&options);
    lines_release(options.stop_words, options.n_stop_words);
    return OK;
}

/* The data set's padding, unless the settings have another than the usual one. */
static void set_padding(const struct settings *settings, struct facts *facts)
{
    struct settings usual = {0};
    options_init(&cmd_prepare_table, &usual);
    if (settings->maxlen != usual.maxlen)
        facts->maxlen = (int)settings->maxlen;
    if (settings->padding != usual.padding)
        facts->pad_pre = settings->padding == 0;
    if (settings->truncating != usual.truncating)
        facts->truncate_pre = settings->truncating == 0;
    options_release(&cmd_prepare_table, &usual);
}

static int load_from_dataset(struct job *job)
{
    struct dataset data = {0};
    int rc = dataset_open(job->settings->tokenizer, DATASET_WORDS_ALL, &data);
    if (!rc)
        set_padding(job->settings, &data.facts);
    if (!rc)
        rc = dataset_tokenizer(&data, &job->tokenizer);
    dataset_release(&data);
    return rc;
}

static int load_from_json(struct job *job)
{
    const struct settings *settings = job->settings;
    struct text_options padding = {.maxlen = (int)settings->maxlen,
                                   .pad_pre = settings->padding == 0,
                                   .truncate_pre = settings->truncating == 0};
    char *json = NULL;
    size_t n = 0;
    int rc = file_read(settings->tokenizer, &json, &n);
    if (!rc)
        rc = text_from_json(json, settings->tokenizer, &padding, &job->tokenizer);
    free(json);
    return rc;
}

int job_load_tokenizer(struct job *job)
{
    const char *path = job->settings->tokenizer;
    char first[8]; /* as many as h5_is_one reads */
    size_t n = 0;
    int fd = -1, rc = file_open(path, &fd, &n);
    if (rc)
        return rc;

    ssize_t n_first = pread(fd, first, sizeof first, 0);
    close(fd);
    bool is_hdf5 = n_first > 0 && h5_is_one(first, (size_t)n_first);
    return is_hdf5 ? load_from_dataset(job) : load_from_json(job);
}

int job_check_vocabulary(const struct job *job)
{
    const struct text_tokenizer *tokenizer = job->tokenizer;
    const struct text_options *options = text_settings(tokenizer);
    if (text_n_words(tokenizer) == (options->oov_token ? 1 : 0))
        return fail(ERR_FORMAT, "%s: its training documents hold no word",
                    job->sources[0].path);

    if (options->num_words && text_max_id(tokenizer) >= options->num_words)
        return fail(ERR_USAGE,
                    "--oov-token %s: the corpus has this word, with the id %d that "
                    "--num-words %d leaves out: choose a token that is no word",
                    options->oov_token, text_max_id(tokenizer), options->num_words);
    return OK;
}
