#include "vectors/texts.h"

#include <stdlib.h>
#include <string.h>

#include "input/vectors_write.h"

void texts_add(struct texts *texts, int64_t at, int32_t n)
{
    if (texts->n == texts->room) {
        texts->room = 2 * texts->room + 1024;
        texts->texts = xrealloc(texts->texts, (size_t)texts->room, sizeof *texts->texts);
    }
    texts->texts[texts->n++] = (struct texts_one){at, n};
}

/* A word of the vocabulary. */
struct counted {
    int64_t count; /* how often it was met */
    const char *text;
    int32_t place;
};

static int count_words(struct texts *texts, const int32_t *places, struct counted *counts)
{
    struct spool_reader reader = {0};
    int rc = OK;

    for (int64_t i = 0; i < texts->n && !rc; i++) {
        const int32_t *numbers = NULL;
        int32_t n = texts->texts[i].n;
        rc = spool_read(texts->spool, &reader, texts->texts[i].at, (size_t)n, &numbers);
        for (int32_t j = 0; j < n && !rc; j++) {
            int32_t place = places[numbers[j]];
            if (place >= 0)
                counts[place].count++;
        }
        texts->n_words += n;
    }
    spool_reader_release(&reader);
    return rc;
}

static int compare_counts(const void *left, const void *right)
{
    const struct counted *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return strcmp(a->text, b->text);
}

/* Words that have no place among vectors count as not met. */
static void leave_out(const struct texts *texts, const struct text_tokenizer *tokenizer,
                      struct counted *counts)
{
    const struct text_options *options = text_settings(tokenizer);
    const struct words *words = &texts->vocabulary->words;

    for (int32_t i = 0; i < words->n; i++)
        if (!vectors_write_takes(words_text(words, i), words_length(words, i)))
            counts[i].count = 0;
    for (int i = 0; i < options->n_stop_words; i++) {
        const char *word = options->stop_words[i];
        int32_t place = words_find(words, word, strlen(word));
        if (place >= 0)
            counts[place].count = 0;
    }
}

/* From places to ranks. */
static void keep(struct texts *texts, const struct counted *counts, int64_t most,
                 int64_t min_count, int32_t *ranks)
{
    const struct words *words = &texts->vocabulary->words;

    for (int32_t i = 0; i < words->n; i++) {
        const struct counted *word = &counts[i];
        if (word->count < min_count || word->count == 0 || (most && i >= most))
            break;
        ranks[word->place] = 1 + words_add(&texts->words, words_text(words, word->place),
                                           words_length(words, word->place));
        texts->n_kept += word->count;
    }
}

int texts_rank(struct texts *texts, const struct text_tokenizer *tokenizer, int64_t most,
               int64_t min_count)
{
    size_t n = (size_t)texts->vocabulary->words.n + 1;
    int32_t *places = vocabulary_places(texts->vocabulary);
    struct counted *counts = xcalloc(n, sizeof *counts);
    int32_t *ranks = xcalloc(n, sizeof *ranks);

    for (int32_t i = 0; i < texts->vocabulary->words.n; i++) {
        counts[i].place = i;
        counts[i].text = words_text(&texts->vocabulary->words, i);
    }
    int rc = count_words(texts, places, counts);
    leave_out(texts, tokenizer, counts);
    qsort(counts, n - 1, sizeof *counts, compare_counts);
    keep(texts, counts, most, min_count, ranks);

    for (int32_t i = 0; i < texts->vocabulary->n_numbers; i++)
        places[i] = places[i] < 0 ? 0 : ranks[places[i]];
    texts->ranks = places;
    free(counts);
    free(ranks);
    return rc;
}

int texts_read(const struct texts *texts, struct spool_reader *reader, int gap,
               int64_t *next, size_t room, int32_t *ranks, size_t *n)
{
    size_t n_gap = (size_t)gap;

    for (*n = 0; *next < texts->n; (*next)++) {
        const struct texts_one *text = &texts->texts[*next];
        const int32_t *numbers = NULL;
        size_t left = room - *n, length = (size_t)text->n;
        if (*n > 0 && left < length + n_gap)
            break;

        length = length + n_gap > left ? left - n_gap : length;
        int rc = spool_read(texts->spool, reader, text->at, (size_t)text->n, &numbers);
        if (rc)
            return rc;
        for (size_t i = 0; i < length; i++) {
            ranks[*n] = texts->ranks[numbers[i]];
            *n += ranks[*n] != 0;
        }
        for (size_t i = 0; i < n_gap; i++)
            ranks[(*n)++] = 0;
    }
    return OK;
}

void texts_release(struct texts *texts)
{
    words_release(&texts->words);
    free(texts->texts);
    free(texts->ranks);
    *texts = (struct texts){0};
}
