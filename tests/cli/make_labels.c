/* make_labels FOLDER: labels.h5, a data set of which each text has any of four labels,
 * and texts, its lines: "w1" brings the first label, "w2" the second, "w3" the third; the
 * fourth is there where none of them is. */
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "data/dataset.h"

enum { ROWS = 640, LENGTH = 8, WORDS = 24, LABELS = 4 };

static uint16_t ids[ROWS * LENGTH];
static int32_t lengths[ROWS];
static uint8_t labels[ROWS * LABELS];

static void draw_row(int r, FILE *texts)
{
    struct rng rng = {.seed = 9, .purpose = RNG_TEST, .row = (uint32_t)r};
    uint8_t *given = labels + r * LABELS;
    int n = 3 + (int)rng_below(&rng, 100, LENGTH - 2);

    lengths[r] = n;
    for (int t = 0; t < n; t++) {
        bool marks = rng_below(&rng, (uint32_t)(2 * t), 5) == 0;
        int word = 1 + (int)rng_below(&rng, (uint32_t)(2 * t + 1), marks ? 3 : WORDS - 4);
        word += marks ? 0 : 3;
        ids[r * LENGTH + LENGTH - n + t] = (uint16_t)word;
        if (word <= 3)
            given[word - 1] = 1;
        fprintf(texts, "%sw%d", t ? " " : "", word);
    }
    given[3] = !(given[0] || given[1] || given[2]);
    fputs("\n", texts);
}

/* {"config": {...}}, in which the word index is a text itself. */
static char *tokenizer(void)
{
    char *index = xstrdup("");

    for (int w = 1; w < WORDS; w++) {
        char *longer = xasprintf("%s%s\\\"w%d\\\":%d", index, w > 1 ? "," : "", w, w);
        free(index);
        index = longer;
    }
    char *json =
        xasprintf("{\"config\":{\"num_words\":%d,\"filters\":\"\",\"lower\":true,"
                  "\"split\":\" \",\"word_index\":\"{%s}\"}}",
                  WORDS, index);
    free(index);
    return json;
}

int main(int argc, char **argv)
{
    static char toxic[] = "toxic", obscene[] = "obscene", threat[] = "threat",
                clean[] = "clean", empty[] = "{}";
    char *names[] = {toxic, obscene, threat, clean};

    if (argc != 2)
        die("expected one folder");
    char *path = xasprintf("%s/labels.h5", argv[1]),
         *lines = xasprintf("%s/texts", argv[1]);
    FILE *texts = fopen(lines, "w");
    if (!texts)
        die("%s cannot be written", lines);
    for (int r = 0; r < ROWS; r++)
        draw_row(r, texts);

    struct dataset data = {.facts = {.num_words = WORDS,
                                     .maxlen = LENGTH,
                                     .n_labels = LABELS,
                                     .labels = names,
                                     .pad_pre = true,
                                     .truncate_pre = true,
                                     .multi_label = true},
                           .path = path,
                           .tokenizer = tokenizer(),
                           .provenance = empty};
    data.part[DATASET_TRAIN] = facts_rows(&data.facts, ROWS);
    data.part[DATASET_TRAIN].x = ids;
    data.part[DATASET_TRAIN].length = lengths;
    data.part[DATASET_TRAIN].multi_hot = labels;

    int rc = dataset_write(&data);
    if (fclose(texts) || rc)
        die("%s", fail_message());
    free(data.tokenizer);
    free(path);
    free(lines);
    return 0;
}
