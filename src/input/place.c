#include "input/place.h"

#include <string.h>
#include <strings.h>

static const struct part_word {
    const char *text;
    int part;
} part_words[] = {
    {"train", DATASET_TRAIN},
    {"training", DATASET_TRAIN},
    {"test", DATASET_TEST},
    {"testing", DATASET_TEST},
    {"validation", DATASET_VALIDATION},
    {"valid", DATASET_VALIDATION},
    {"val", DATASET_VALIDATION},
    {"dev", DATASET_VALIDATION},
    {"devel", DATASET_VALIDATION},
    {"development", DATASET_VALIDATION},
    {"eval", PLACE_UNCLEAR_PART},
    {"evaluation", PLACE_UNCLEAR_PART},
    {"holdout", PLACE_UNCLEAR_PART},
    {"heldout", PLACE_UNCLEAR_PART},
    {"split", PLACE_UNCLEAR_PART},
};

/* What stands behind such a word without a mark between: trainset. */
static const char *const behind_words[] = {"set", "data", "file", "split", "corpus"};

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/* What is no ASCII counts as a letter: no word of ours begins in the middle of others. */
static bool is_letter(char c)
{
    return is_upper(c) || is_lower(c) || (unsigned char)c >= 0x80;
}

/* Whether a word ends between two letters: aB, or before the B of ABc. */
static bool ends_before(const char *name, size_t n, size_t i)
{
    if (!is_upper(name[i]))
        return false;
    bool begins_word = i + 1 < n && is_lower(name[i + 1]);
    return is_lower(name[i - 1]) || (is_upper(name[i - 1]) && begins_word);
}

bool place_next_word(const char *name, size_t n, size_t *at, struct word *word)
{
    size_t begin = *at;
    while (begin < n && !is_letter(name[begin]))
        begin++;

    size_t end = begin;
    while (end < n && is_letter(name[end]) &&
           (end == begin || !ends_before(name, n, end)))
        end++;
    *word = (struct word){name + begin, end - begin};
    *at = end;
    return end > begin;
}

bool place_is_word(const char *text, size_t n, const char *word)
{
    return n == strlen(word) && !strncasecmp(text, word, n);
}

static int part_of_bare_word(struct word word)
{
    for (size_t i = 0; i < COUNT_OF(part_words); i++)
        if (place_is_word(word.text, word.n, part_words[i].text))
            return part_words[i].part;
    return PLACE_NO_PART;
}

static int part_of_word(struct word word)
{
    int part = part_of_bare_word(word);
    for (size_t i = 0; i < COUNT_OF(behind_words) && part == PLACE_NO_PART; i++) {
        size_t n = strlen(behind_words[i]);
        if (word.n > n && place_is_word(word.text + word.n - n, n, behind_words[i]))
            part = part_of_bare_word((struct word){word.text, word.n - n});
    }
    return part;
}

/* "held-out" is one word of two. */
static bool is_out_behind(struct word before, struct word word)
{
    return place_is_word(word.text, word.n, "out") &&
           (place_is_word(before.text, before.n, "held") ||
            place_is_word(before.text, before.n, "hold"));
}

int place_part_of_name(const char *name, size_t n, struct word *found)
{
    struct word word = {0}, before = {0};
    int part = PLACE_NO_PART;

    for (size_t at = 0; place_next_word(name, n, &at, &word); before = word) {
        int said = is_out_behind(before, word) ? PLACE_UNCLEAR_PART : part_of_word(word);
        if (said == PLACE_NO_PART || (said == PLACE_UNCLEAR_PART && part >= 0))
            continue;
        if (part >= 0 && said == part)
            continue;
        if (found)
            *found = word;
        if (part >= 0)
            return PLACE_UNCLEAR_PART;
        part = said;
    }
    return part;
}

const char *place_last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *place_ending(const char *path)
{
    const char *name = place_last_name(path), *dot = strrchr(name, '.');
    return dot && dot > name ? dot : "";
}

int place_part_of_file(const char *path, struct word *word)
{
    const char *file = place_last_name(path);
    return place_part_of_name(file, strlen(file), word);
}

bool place_is_hidden(const char *path)
{
    for (const char *name = path; name; name = strchr(name, '/')) {
        name += *name == '/';
        size_t n = strcspn(name, "/");
        if (*name == '.' && !(n == 1 || (n == 2 && name[1] == '.')))
            return true;
    }
    return false;
}

bool place_has_word(const char *path, const char *const *words, size_t n)
{
    const char *file = place_last_name(path);
    struct word word = {0};

    for (size_t at = 0; place_next_word(file, strlen(file), &at, &word);)
        for (size_t i = 0; i < n; i++)
            if (place_is_word(word.text, word.n, words[i]))
                return true;
    return false;
}
