#include "input/column_names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const column_text_names[] = {
    "text",      "review",   "sentence",  "content",  "comment", "message", "tweet",
    "document",  "body",     "utterance", "sms",      "post",    "article", "description",
    "question",  "headline", "phrase",    "query",    "email",   "mail",    "feedback",
    "statement", "title",    "summary",   "abstract", "input",   "data",    NULL};

const char *const column_label_names[] = {
    "label", "sentiment", "class",   "category", "target", "polarity", "rating",
    "stars", "score",     "intent",  "y",        "topic",  "emotion",  "star",
    "tag",   "genre",     "subject", "type",     "output", NULL};

/* The next word of a name, from *at on: split at what is no letter or digit, and at aB.
 * Bytes of other scripts are letters. */
static size_t next_word(const char *name, size_t *at)
{
    size_t start = *at, end;
    while (name[start] && !isalnum((unsigned char)name[start]) && !(name[start] & 0x80))
        start++;
    for (end = start; name[end]; end++) {
        bool is_letter = isalnum((unsigned char)name[end]) || (name[end] & 0x80);
        bool begins = end > start && isupper((unsigned char)name[end]) &&
                      islower((unsigned char)name[end - 1]);
        if (!is_letter || begins)
            break;
    }
    *at = start;
    return end - start;
}

/* As many letters, or an s more. */
static bool is_word(const char *word, size_t n, const char *known)
{
    size_t n_known = strlen(known);
    bool has_s = n == n_known + 1 && tolower((unsigned char)word[n - 1]) == 's';
    return (n == n_known || has_s) && !strncasecmp(word, known, n_known);
}

static int find_word(const char *word, size_t n, const char *const *known)
{
    for (int i = 0; known[i]; i++)
        if (is_word(word, n, known[i]))
            return i;
    return -1;
}

int column_name_rank(const char *name, const char *const *known)
{
    int any = -1, last = -1;
    for (int i = 0; known[i]; i++)
        if (!strcasecmp(name, known[i]))
            return i;

    for (size_t at = 0, n; (n = next_word(name, &at)) > 0; at += n) {
        last = find_word(name + at, n, known);
        any = last >= 0 && (any < 0 || last < any) ? last : any;
    }
    return last >= 0  ? COLUMN_WHOLE_NAMES + last
           : any >= 0 ? 2 * COLUMN_WHOLE_NAMES + any
                      : -1;
}

bool column_name_is_key(const char *name)
{
    static const char *const keys[] = {"id",   "ids",     "idx",  "index",  "key",
                                       "uuid", "unnamed", "guid", "number", NULL};
    for (size_t at = 0, n; (n = next_word(name, &at)) > 0; at += n)
        for (int i = 0; keys[i]; i++)
            if (strlen(keys[i]) == n && !strncasecmp(name + at, keys[i], n))
                return true;

    size_t n = strlen(name); /* textID, rowid */
    return n == 0 || (n > 2 && n < 12 && !strcasecmp(name + n - 2, "id"));
}

bool column_name_is_likely(const char *name)
{
    int words = 0;
    for (size_t at = 0, n; (n = next_word(name, &at)) > 0; at += n)
        words++;
    return words > 0 && words <= 4 && strlen(name) <= 40 && !strpbrk(name, ".,;!?\"");
}

bool column_names_are(const char *line, size_t n)
{
    enum { MOST_BYTES = 1000 };
    int n_names = 0, n_texts = 0;
    bool are_likely = n < MOST_BYTES;
    char *copy = xstrndup(line, n), *rest = copy;

    for (char *name; are_likely && (name = strsep(&rest, ",;\t"));) {
        int rank = column_name_rank(name, column_text_names);
        n_names++;
        n_texts += rank >= 0 && rank < COLUMN_WHOLE_NAMES;
        are_likely = !*name || column_name_is_likely(name);
    }
    free(copy);
    return are_likely && n_names > 1 && n_texts > 0;
}
