/* Words and their ids, as a dictionary gives them. */
#include "text/private.h"

#include <stdlib.h>
#include <string.h>

#include "base/say.h"

static int refuse_value(const char *source, const char *word, const json_t *value)
{
    char *shown = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    int rc =
        fail(ERR_FORMAT,
             "%s: word_index gives \"%.*s%s\" the index %.*s%s, expected a whole number: "
             "{\"the\": 1, ...}",
             source, SAY_SHORT(word, 100), SAY_SHORT(shown ? shown : "", 100));
    free(shown);
    return rc;
}

int text_order_words(const json_t *index, const char *source, int from, int lowest,
                     size_t *most, const char ***ordered)
{
    size_t n_words = json_object_size(index), n = n_words + (size_t)lowest;
    const char **found = xcalloc(n + 1, sizeof *found), *word;
    const json_t *value;

    int rc =
        json_is_object(index) ? OK : fail(ERR_FORMAT, "%s: no word_index in it", source);
    json_object_foreach((json_t *)(uintptr_t)index, word, value)
    {
        json_int_t at = json_integer_value(value);
        if (!json_is_integer(value))
            rc = refuse_value(source, word, value);
        else if (at < lowest - from || at > (json_int_t)n - from)
            rc = fail(
                ERR_FORMAT,
                "%s: word_index gives \"%.*s%s\" the index %lld, expected %d to %zu of "
                "an index that has %zu word%s",
                source, SAY_SHORT(word, 100), (long long)at, lowest - from,
                n - (size_t)from - 1, n_words, plural((int64_t)n_words));
        else if (found[at + from])
            rc = fail(ERR_FORMAT,
                      "%s: word_index gives \"%.*s%s\" the index %lld, which \"%.*s%s\" "
                      "has too",
                      source, SAY_SHORT(word, 100), (long long)at,
                      SAY_SHORT(found[at + from], 100));
        if (rc)
            break;
        found[at + from] = word;
    }

    if (rc) {
        free(found);
        return rc;
    }
    *most = n;
    *ordered = found;
    return OK;
}

int text_add_words(const char *const *ordered, size_t most, const char *source,
                   struct text_tokenizer *tokenizer)
{
    size_t missing = 0; /* the first index without a word */

    for (size_t i = (size_t)text_first_index(tokenizer); i <= most; i++) {
        if (!ordered[i]) {
            missing = missing ? missing : i;
            continue;
        }

        if (missing)
            return fail(ERR_FORMAT, "%s: word_index has the index %zu, but not %zu",
                        source, i, missing);
        int32_t number = text_add_word(tokenizer, ordered[i], strlen(ordered[i]));
        tokenizer->entries[number].index = (int)i;
    }
    return OK;
}

void text_restore_index(struct text_tokenizer *tokenizer)
{
    tokenizer->by_index =
        xcalloc((size_t)tokenizer->words.n, sizeof *tokenizer->by_index);
    for (int32_t i = 0; i < tokenizer->words.n; i++)
        if (tokenizer->entries[i].index)
            tokenizer->by_index[tokenizer->n_indexed++] = i;
}

bool text_is_word_index(const json_t *value)
{
    const char *word;
    const json_t *index;
    bool is_one = json_object_size(value) > 0;
    json_object_foreach((json_t *)(uintptr_t)value, word, index)
    {
        is_one = is_one && json_is_integer(index);
    }
    return is_one;
}

/* Whether a text can hold it as a word, cut as Tokenizer does by default. */
static bool is_of_texts(const char *word)
{
    const struct text_options usual = {.lower = true, .tags = TEXT_TAGS_KEEP};
    struct text_tokenizer *tokenizer = text_new(&usual);
    struct text_cut cut = {0};
    size_t n = strlen(word);

    text_cut(tokenizer, word, n, &cut);
    bool is_one =
        cut.n == 1 && cut.words[0].n == n && !memcmp(cut.words[0].text, word, n);
    text_cut_release(&cut);
    text_free(tokenizer);
    return is_one;
}

const char *text_find_special(const json_t *index, int id)
{
    const char *word, *found = NULL;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)index, word, value)
    {
        if (json_is_integer(value) && json_integer_value(value) == id)
            found = word;
    }
    return found && !is_of_texts(found) ? found : NULL;
}
