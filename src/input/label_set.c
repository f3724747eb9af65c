#include "input/label_set.h"

int label_set_number(const char *label)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (; *label; label++)
        hash = (hash ^ (unsigned char)*label) * UINT64_C(1099511628211);
    hash =
        (hash ^ hash >> 32) * UINT64_C(0x9e3779b97f4a7c15); /* short ones differ little */
    return (int)(hash >> 54);
}

void label_set_add(struct label_set *set, int number)
{
    set->words[number / 64] |= UINT64_C(1) << number % 64;
}

void label_set_join(struct label_set *set, const struct label_set *other)
{
    for (int i = 0; i < LABEL_SET_WORDS; i++)
        set->words[i] |= other->words[i];
}

void label_set_meet(struct label_set *set, const struct label_set *other)
{
    for (int i = 0; i < LABEL_SET_WORDS; i++)
        set->words[i] &= other->words[i];
}

int label_set_count(const struct label_set *set)
{
    int n = 0;
    for (int i = 0; i < LABEL_SET_WORDS; i++)
        for (uint64_t bits = set->words[i]; bits; bits &= bits - 1)
            n++;
    return n;
}

bool label_set_shares(const struct label_set *set, const struct label_set *other)
{
    for (int i = 0; i < LABEL_SET_WORDS; i++)
        if (set->words[i] & other->words[i])
            return true;
    return false;
}

bool label_set_holds(const struct label_set *set, const struct label_set *other)
{
    for (int i = 0; i < LABEL_SET_WORDS; i++)
        if (other->words[i] & ~set->words[i])
            return false;
    return true;
}
