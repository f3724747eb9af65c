/* Random texts that an exported source is tried on. */
#include "export/c/private.h"

#include "base/rng.h"

enum { MOST_PIECES = 2000 };

/* What is hard to get right: bytes that are no UTF-8, capitals of all kinds, tags. */
static const struct {
    const char *bytes;
    size_t n;
} odd_pieces[] = {
    {"\xff", 1},
    {"\xe2\x82", 2},
    {"\xed\xa0\x80", 3},
    {"\0", 1},
    {"\xf4\x90\x80", 3},
    {"\xc3\x89T\xc3\x89", 5},
    {"\xce\xa3", 2},
    {"\xc4\xb0", 2},
    {"A\xce\xa3'\xce\xa3", 6},
    {"<br />", 6},
    {"<", 1},
    {"<>", 2},
    {"&eacute;", 8},
    {"&#39;", 5},
    {"''", 2},
    {"?!", 2},
    {"\t", 1},
    {"\xc2\xa0", 2},
    {"\xf0\x9d\x92\x9c", 4},
    {"Xyzzy", 5},
};

static void write_word(FILE *out, const char *word, bool may_be_capital)
{
    bool is_capital = may_be_capital && *word >= 'a' && *word <= 'z';
    for (const char *c = word; *c; c++)
        fputc(*c == '\n' ? ' ' : is_capital && c == word ? *c - 'a' + 'A' : *c, out);
}

/* A word of the vocabulary, or the words of an n-gram; its characters are a word. */
static void write_words(FILE *out, const struct c_export *export, uint32_t choice,
                        bool may_be_capital)
{
    const struct c_vocabulary *ids = &export->ids;
    if (!export->ngrams.n || (ids->n && choice % 2)) {
        write_word(out, ids->words[choice / 2 % ids->n].text, may_be_capital);
        return;
    }

    int32_t word[NGRAMS_MOST_WORDS];
    int32_t feature = (int32_t)(choice % export->forest.n_nodes);
    int n = ngrams_words_of(&export->predictor->ngrams, feature, word);
    for (int i = 0; i < n; i++) {
        const char *text = export->forest.texts[word[i]];
        bool is_character =
            c_spells_words(export) && ngrams_is_character(text, strlen(text));
        fputs(i && !is_character ? " " : "", out);
        write_word(out, text + is_character, may_be_capital);
    }
}

/* Something that the model knows, in one of four often with capitals; or what is odd. */
static void write_piece(FILE *out, const struct c_export *export, const struct rng *rng,
                        uint32_t index)
{
    uint32_t word[4];
    rng_block(rng, index, word);

    if (word[0] % 8 == 0) {
        size_t odd = word[1] % COUNT_OF(odd_pieces);
        fwrite(odd_pieces[odd].bytes, 1, odd_pieces[odd].n, out);
    } else {
        write_words(out, export, word[1], word[2] % 4 == 0);
    }

    if (word[3] % 16)
        fputc(' ', out);
}

/* Lengths are around the model's. */
char *c_sample_line(const struct c_export *export, uint32_t row, size_t *n)
{
    struct rng rng = {.seed = 1, .purpose = RNG_TEST, .row = row};
    uint32_t length = (uint32_t) export->members[0].chain->length, most = 2 * length;
    uint32_t pieces = rng_below(&rng, 0, most < MOST_PIECES ? most : MOST_PIECES);

    char *line = NULL;
    FILE *out = open_memstream(&line, n);
    if (!out)
        die("memory is exhausted");
    for (uint32_t i = 1; row > 0 && i <= pieces; i++) /* the first line is empty */
        write_piece(out, export, &rng, i);
    if (fclose(out))
        die("memory is exhausted");
    return line;
}
