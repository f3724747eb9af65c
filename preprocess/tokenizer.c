/* The tokenizer of a data set that is made: a new one, or another's. */
#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/say.h"
#include "corpus/lines.h"
#include "corpus/stop_words.h"
#include "data/sparse.h"
#include "files/h5.h"
#include "saved/checkpoint.h"
#include "saved/kind.h"
#include "unsealed.h"

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

/* `rc` is of reading them. */
static int bring_ngrams(struct job *job, const char *path, int rc)
{
    job->brings_ngrams = true;
    if (!rc && job->settings->ngrams)
        rc = fail(ERR_USAGE, "--ngrams counts n-grams; --tokenizer %s brings its own",
                  path);
    return rc;
}

static int load_from_dataset(struct job *job, const char *path)
{
    struct dataset data = {0};
    int rc = dataset_open(path, DATASET_WORDS_ALL, &data);
    if (!rc) {
        print_unsealed(data.is_unsealed, data.path);
        set_padding(job->settings, &data.facts);
    }
    if (!rc)
        rc = dataset_tokenizer(&data, &job->tokenizer);
    if (!rc && data.facts.has_ngrams)
        rc = bring_ngrams(job, path, dataset_ngrams(&data, &job->ngrams));
    dataset_release(&data);
    return rc;
}

static int load_from_checkpoint(struct job *job, const char *path)
{
    struct checkpoint info = {0};
    int rc = checkpoint_import(path, NULL, &info);
    if (!rc && !info.tokenizer)
        rc = fail(ERR_USAGE,
                  "%s: a model without a tokenizer: name the file that it was trained "
                  "with, tokenizer.json or a pickle",
                  path);
    if (!rc) {
        print_unsealed(info.is_unsealed, info.path);
        set_padding(job->settings, &info.facts);
    }
    if (!rc)
        rc = checkpoint_tokenizer(&info, &job->tokenizer);
    const struct checkpoint *with_ngrams = rc ? NULL : checkpoint_with_ngrams(&info);
    if (with_ngrams)
        rc = bring_ngrams(job, path, checkpoint_ngrams(with_ngrams, &job->ngrams));
    checkpoint_release(&info);
    return rc;
}

/* What the settings say of rows, for tokenizers that say nothing of them. */
static struct text_options padding_of(const struct settings *settings)
{
    return (struct text_options){.maxlen = (int)settings->maxlen,
                                 .pad_pre = settings->padding == 0,
                                 .truncate_pre = settings->truncating == 0};
}

static int load_from_file(struct job *job, const char *path)
{
    struct text_options padding = padding_of(job->settings);
    char *assumed = NULL;
    int rc = text_from_file(path, &padding, &job->tokenizer, &assumed);
    if (assumed)
        say_line(stderr, "rnnprep: note: %s: %s", path, assumed);
    free(assumed);
    return rc;
}

static int load(struct job *job, const char *path)
{
    struct saved_look look = {.kind = SAVED_OTHER};
    int rc = saved_look(path, &look);

    if (rc)
        return rc;
    if (!look.is_h5)
        return load_from_file(job, path);
    return look.kind == SAVED_DATASET ? load_from_dataset(job, path)
                                      : load_from_checkpoint(job, path);
}

/* Cut off as load_data(num_words=N) does, N - 1 being the largest id that is kept. */
static int load_imdb_index(struct job *job)
{
    const struct settings *settings = job->settings;
    struct text_options options = padding_of(settings);
    options.num_words = (int)settings->num_words;
    return text_from_word_index_file(settings->imdb_word_index, &options,
                                     &job->tokenizer);
}

int job_load_tokenizer(struct job *job)
{
    if (job->settings->imdb_word_index)
        return load_imdb_index(job);
    char *path = checkpoint_path(job->settings->tokenizer);
    int rc = load(job, path);
    free(path);
    return rc;
}

int job_num_words(const struct job *job)
{
    int limit = text_settings(job->tokenizer)->num_words;
    return limit ? limit : text_n_words(job->tokenizer) + 1;
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
