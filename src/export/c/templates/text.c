/* Text. Strings end in NUL; once repaired they are valid UTF-8. */

/* Bytes of the character that text begins with, or of the longest invalid part. */
static size_t character_bytes(const char *text, bool *is_valid)
{
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char first = bytes[0], low = 0x80, high = 0xbf; /* of the second byte */
    size_t n = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

    *is_valid = first < 0x80 || (first >= 0xc2 && first <= 0xf4);
    if (!*is_valid)
        return 1;

    if (first == 0xe0)
        low = 0xa0;
    if (first == 0xed)
        high = 0x9f; /* surrogates are no characters */
    if (first == 0xf0)
        low = 0x90;
    if (first == 0xf4)
        high = 0x8f;

    for (size_t i = 1; i < n; i++, low = 0x80, high = 0xbf)
        if (bytes[i] < low || bytes[i] > high) {
            *is_valid = false;
            return i;
        }
    return n;
}

/* A copy in which each maximal invalid part has become U+FFFD; NULL if memory is
 * exhausted. */
static char *repair(const char *text)
{
    static const char replacement[] = "\xef\xbf\xbd";
    char *repaired = malloc(3 * strlen(text) + 1), *to = repaired;
    if (!repaired)
        return NULL;

    while (*text) {
        bool is_valid;
        size_t n = character_bytes(text, &is_valid);
        size_t n_copied = is_valid ? n : strlen(replacement);
        memcpy(to, is_valid ? text : replacement, n_copied);
        to += n_copied;
        text += n;
    }
    *to = '\0';
    return repaired;
}

#if WITH_TAGS
/* <[^>]+>, in place. */
static void strip_tags(char *text)
{
    char *to = text;

    while (*text) {
        const char *close = *text == '<' ? strchr(text, '>') : NULL;
        if (*text == '<' && !close)
            break; /* no tag ends behind here */
        if (!close || close == text + 1) {
            *to++ = *text++;
            continue;
        }

#if WITH_SPACES_FOR_TAGS
        *to++ = ' ';
#endif
        text += close - text + 1;
    }
    memmove(to, text, strlen(text) + 1);
}

#endif
#if WITH_STANDARD
/* As Keras's TextVectorization does, in place. */
static void standardize(char *text)
{
    char *to = text;

    for (; *text; text++) {
        char c = *text;
#if WITH_STANDARD_STRIP
        if ((c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
            (c >= '{' && c <= '~'))
            continue;
#endif
#if WITH_STANDARD_LOWER
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
#endif
        *to++ = c;
    }
    *to = '\0';
}

#endif
#if WITH_LOWER
/* The character that text begins with, and its bytes. */
static size_t decode(const char *text, uint32_t *character)
{
    bool is_valid;
    size_t n = character_bytes(text, &is_valid);
    uint32_t c = (unsigned char)*text;
    c = n == 1 ? c : c & (0x7fu >> n);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)text[i] & 0x3f);
    *character = c;
    return n;
}

#endif
#if WITH_ENCODING
/* Writes a character; returns where the next one goes. */
static char *encode(uint32_t c, char *to)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }

    int shift = c < 0x800 ? 6 : c < 0x10000 ? 12 : 18;
    unsigned first = c < 0x800 ? 0xc0 : c < 0x10000 ? 0xe0 : 0xf0;
    *to++ = (char)(first | c >> shift);
    while (shift > 0) {
        shift -= 6;
        *to++ = (char)(0x80 | (c >> shift & 0x3f));
    }
    return to;
}

#endif
#if WITH_REFERENCES
/* What a numeric reference stands for: &#128; to &#159; are Windows-1252, as in
 * browsers. */
static uint32_t numbered(unsigned long c)
{
    static const uint16_t windows[32] = {
        0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
        0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
        0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
        0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};
    if (c >= 0x80 && c < 0xa0)
        return windows[c - 0x80];
    bool is_character = c > 0 && c <= 0x10ffff && !(c >= 0xd800 && c < 0xe000);
    return is_character ? (uint32_t)c : 0xfffd;
}

/* The character that "&name;", "&#12;" or "&#xc;" stands for, and its bytes; 0: none. */
static uint32_t decode_reference(const char *text, size_t *n_bytes)
{
    enum { LONGEST = 12 };
    size_t n = 1; /* bytes before the semicolon */
    while (n < LONGEST && text[n] && text[n] != ';')
        n++;

    if (n < 2 || n == LONGEST || !text[n])
        return 0;
    *n_bytes = n + 1;

    if (text[1] == '#') {
        bool is_hexadecimal = text[2] == 'x' || text[2] == 'X';
        const char *digits = text + 2 + is_hexadecimal, *end = text + n;
        const char *allowed = is_hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
        if (digits >= end || digits + strspn(digits, allowed) != end)
            return 0;
        return numbered(strtoul(digits, NULL, is_hexadecimal ? 16 : 10));
    }

    for (size_t i = 0; i < N_REFERENCES; i++)
        if (strlen(references[i].name) == n - 1 &&
            !memcmp(references[i].name, text + 1, n - 1))
            return references[i].character;
    return 0;
}

/* In place: no reference is shorter than its character. */
static void decode_references(char *text)
{
    char *to = text;
    while (*text) {
        size_t n = 0;
        uint32_t c = *text == '&' ? decode_reference(text, &n) : 0;
        if (c)
            to = encode(c, to);
        else
            *to++ = *text++;
        text += n * (c != 0);
    }
    *to = '\0';
}

#endif
#if WITH_LOWER
/* Whether a set has a character: bounds are where sets begin and end in turns,
 * ascending. Those before `low` are <= c, those from `high` on are not. */
static bool is_in(const uint32_t *bounds, size_t n, uint32_t c)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (bounds[middle] <= c)
            low = middle + 1;
        else
            high = middle;
    }
    return low % 2 == 1;
}

/* Whether a sigma ends a word: a cased letter stands before it and none behind it,
 * characters that case ignores, such as apostrophes, left aside (Unicode, section
 * 3.13). */
static bool is_final_sigma(const char *text, const char *sigma)
{
    const char *before = sigma, *behind = sigma + 2;
    uint32_t c;

    do {
        if (before == text)
            return false;
        do
            before--;
        while (((unsigned char)*before & 0xc0) == 0x80);
        decode(before, &c);
    } while (is_in(case_ignorable, N_CASE_IGNORABLE, c));
    if (!is_in(cased, N_CASED, c))
        return false;

    do {
        if (!*behind)
            return true;
        behind += decode(behind, &c);
    } while (is_in(case_ignorable, N_CASE_IGNORABLE, c));
    return !is_in(cased, N_CASED, c);
}

static uint32_t lower_of(uint32_t c)
{
    size_t low = 0, high = N_MAPPINGS;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct mapping *mapping = &mappings[middle];
        if (c >= mapping->first && c <= mapping->last)
            return (c - mapping->first) % mapping->step
                       ? c
                       : (uint32_t)((int32_t)c + mapping->distance);
        if (c > mapping->last)
            low = middle + 1;
        else
            high = middle;
    }
    return c;
}

/* Unicode's lower case, as Python's str.lower(). Frees the text; NULL if memory is
 * exhausted. */
static char *lower_case(char *text)
{
    size_t n = strlen(text); /* two bytes become three at most, as in U+0130 */
    char *lower = malloc(n + n / 2 + 1), *to = lower;

    for (const char *at = text; lower && *at;) {
        uint32_t c;
        size_t n_bytes = decode(at, &c);
        if (c == 0x130) /* I with a dot: i and the dot above */
            to = encode(0x307, encode('i', to));
        else if (c == 0x3a3 && is_final_sigma(text, at))
            to = encode(0x3c2, to);
        else
            to = encode(lower_of(c), to);
        at += n_bytes;
    }

    if (lower)
        *to = '\0';
    free(text);
    return lower;
}

#endif
#if WITH_FILTERS
static bool is_filter(const char *character, size_t n)
{
    for (const char *filter = filters; *filter; filter++)
        if (!strncmp(filter, character, n))
            return true;
    return false;
}

static char *append(char *to, const char *bytes, size_t n)
{
    memcpy(to, bytes, n);
    return to + n;
}

#if WITH_MARKS
/* Filters become splits, with `keeps_marks` marks among them words of their own. Frees
 * the text; NULL if memory is exhausted. */
static char *apply_filters(char *text, bool keeps_marks)
{
#else
/* Filters become splits. Frees the text; NULL if memory is exhausted. */
static char *apply_filters(char *text)
{
#endif
    size_t n_split = strlen(split);
#if WITH_MARKS
    char *filtered = malloc(strlen(text) * (2 * n_split + 1) + 1), *to = filtered;
#else
    char *filtered = malloc(strlen(text) * n_split + 1), *to = filtered;
#endif

    for (const char *at = text; filtered && *at;) {
        bool is_valid;
        size_t n = character_bytes(at, &is_valid);
        if (is_filter(at, n))
            to = append(to, split, n_split);
        else
            to = append(to, at, n);
#if WITH_MARKS
        if (keeps_marks && strchr(marks, *at)) {
            *to++ = *at;
            to = append(to, split, n_split);
        }
#endif
        at += n;
    }

    if (filtered)
        *to = '\0';
    free(text);
    return filtered;
}

#endif
/* The text as it is cut into words; NULL if memory is exhausted. */
#if WITH_MARKS
static char *prepare(const char *text, bool keeps_marks)
{
#else
static char *prepare(const char *text)
{
#endif
    char *prepared = repair(text);

#if WITH_TAGS
    if (prepared)
        strip_tags(prepared);
#endif
#if WITH_REFERENCES
    if (prepared)
        decode_references(prepared);
#endif
#if WITH_STANDARD
    if (prepared)
        standardize(prepared);
#endif
#if WITH_LOWER
    if (prepared)
        prepared = lower_case(prepared);
#endif
#if WITH_FILTERS
#if WITH_MARKS
    if (prepared)
        prepared = apply_filters(prepared, keeps_marks);
#else
    if (prepared)
        prepared = apply_filters(prepared);
#endif
#endif

    return prepared;
}

/* The id of a word of n bytes; 0: it is left out. */
static int id_of(const struct vocabulary *vocabulary, const char *word, size_t n)
{
    const struct word *words = vocabulary->words;
    size_t low = 0, high = n ? vocabulary->n : 0;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strncmp(words[middle].text, word, n);
        if (order == 0 && !words[middle].text[n])
            return words[middle].id;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return n ? vocabulary->unknown : 0;
}

#if WITH_CHARACTERS
/* Every character is a word. Returns the number of ids. */
static int find_ids(const struct vocabulary *vocabulary, const char *text, int *ids)
{
    int n_ids = 0;
#if WITH_START
    if (vocabulary->start)
        ids[n_ids++] = vocabulary->start;
#endif

    while (*text) {
        bool is_valid;
        size_t n = character_bytes(text, &is_valid);
        int id = id_of(vocabulary, text, n);
        if (id)
            ids[n_ids++] = id;
        text += n;
    }
    return n_ids;
}

#else
#if WITH_SPELLINGS
/* A word's characters between its beginning and its end, and what parts them from others.
 * Returns how many these are. */
static int spell(const struct vocabulary *vocabulary, const char *word, size_t n,
                 int *ids)
{
    char character[5] = {1};
    int n_ids = 0;

    ids[n_ids++] = id_of(vocabulary, character, 1);
    for (size_t i = 0; i < n;) {
        bool is_valid;
        size_t n_bytes = character_bytes(word + i, &is_valid);
        memcpy(character + 1, word + i, n_bytes);
        ids[n_ids++] = id_of(vocabulary, character, n_bytes + 1);
        i += n_bytes;
    }
    ids[n_ids++] = id_of(vocabulary, character, 1);
    ids[n_ids++] = vocabulary->unknown;
    return n_ids;
}

/* The characters of all words. Returns how many they are. */
static int find_characters(const struct vocabulary *vocabulary, const char *text,
                           int *ids)
{
    int n_ids = 0;

    ids[n_ids++] = vocabulary->unknown;
    for (;;) {
        const char *end = strstr(text, split);
        size_t n = end ? (size_t)(end - text) : strlen(text);
        bool is_word = id_of(vocabulary, text, n);
#if WITH_MARKS
        is_word = is_word && !(n == 1 && strchr(marks, *text));
#endif
        if (is_word)
            n_ids += spell(vocabulary, text, n, ids + n_ids);
        if (!end)
            return n_ids;
        text = end + strlen(split);
    }
}

#endif
/* Words stand between splits. Returns the number of ids. */
static int find_ids(const struct vocabulary *vocabulary, const char *text, int *ids)
{
    int n_ids = 0;
#if WITH_START
    if (vocabulary->start)
        ids[n_ids++] = vocabulary->start;
#endif

    for (;;) {
        const char *end = strstr(text, split);
        int id = id_of(vocabulary, text, end ? (size_t)(end - text) : strlen(text));
#if WITH_SPELLINGS
        if (vocabulary->has_characters && *text == 1) /* no word that has an n-gram */
            id = vocabulary->unknown;
#endif
        if (id)
            ids[n_ids++] = id;
        if (!end)
            return n_ids;
        text = end + strlen(split);
    }
}

#endif

/* The ids of a text's words, to be freed; NULL if memory is exhausted. */
static int *read_text(const struct vocabulary *vocabulary, const char *text, int *n)
{
#if WITH_MARKS
    char *prepared = prepare(text, vocabulary->has_marks);
#else
    char *prepared = prepare(text);
#endif
#if WITH_SPELLINGS
    size_t a_byte = vocabulary->has_characters ? 5 : 1; /* of a word of one */
#else
    size_t a_byte = 1;
#endif
    int *ids = prepared ? malloc((a_byte * strlen(prepared) + 2) * sizeof *ids) : NULL;
    if (ids)
        *n = find_ids(vocabulary, prepared, ids);
#if WITH_SPELLINGS
    if (ids && vocabulary->has_characters)
        *n += find_characters(vocabulary, prepared, ids + *n);
#endif
    free(prepared);
    return ids;
}
