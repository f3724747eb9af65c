/* library_threads CHECKPOINT TEXTS: judges a file's lines with librnntrain, all at once
 * and in eight threads by pieces of all sizes, while others open the same file; all must
 * be the same bits. Prints what `rnntrain predict` would. */
#include <rnntrain/rnntrain.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, ROUNDS = 3, MOST_TEXTS = 4000 };

static const char *path;
static struct rnntrain_model *model;
static const char *texts[MOST_TEXTS];
static size_t n_texts, classes;
static double *expected; /* (n_texts, classes) */

static void check(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "library_threads: %s: %s\n", what, rnntrain_message());
    exit(1);
}

/* All texts from first on, round the end, by pieces of some size. */
static void judge_pieces(struct rnntrain_model *judge, size_t first, size_t piece)
{
    double *found = calloc(n_texts * classes, sizeof *found);

    check(found != NULL, "memory");
    for (size_t done = 0, n; done < n_texts; done += n, first = (first + n) % n_texts) {
        n = piece < n_texts - first ? piece : n_texts - first;
        n = n < n_texts - done ? n : n_texts - done;
        check(rnntrain_predict_texts(judge, texts + first, n, found + first * classes) ==
                  0,
              "texts");
    }
    check(!memcmp(found, expected, n_texts * classes * sizeof *found), "other bits");
    free(found);
}

static void *work(void *context)
{
    size_t number = *(size_t *)context;
    struct rnntrain_model *own = NULL;

    for (size_t round = 0; round < ROUNDS; round++)
        judge_pieces(model, (number * 131 + round * 17) % n_texts,
                     1 + (number * 29 + round * 37) % 200);

    check(rnntrain_open("missing", &own) == RNNTRAIN_NO_INPUT && !own, "a missing file");
    check(!strncmp(rnntrain_message(), "missing: ", 9), "this thread's message");

    check(rnntrain_open(path, &own) == RNNTRAIN_OK, "opened in a thread");
    judge_pieces(own, number % n_texts, 64);
    rnntrain_close(own);
    return NULL;
}

static void run_threads(void)
{
    pthread_t threads[THREADS];
    size_t numbers[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        check(!pthread_create(&threads[i], NULL, work, &numbers[i]), "a thread");
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* Ids: no text has any of no ids; others are judged alone as together; wrong ones are
 * refused. */
static void check_ids(void)
{
    int32_t last = (int32_t)rnntrain_num_words(model) - 1, ids[900];
    size_t lengths[3] = {0, 3, 0}, longest = rnntrain_maxlen(model) + 5;
    double *all = calloc(3 * classes, sizeof *all), *one = calloc(classes, sizeof *one);

    check(all && one && longest + 3 < 900, "room");

    lengths[2] = longest;
    for (size_t i = 0; i < 3 + longest; i++)
        ids[i] = (int32_t)(i * 7) % last + 1;

    check(!rnntrain_predict_ids(model, ids, lengths, 3, all), "ids");
    check(!rnntrain_predict_ids(model, ids + 3, lengths + 2, 1, one), "ids alone");
    check(!memcmp(all + 2 * classes, one, classes * sizeof *one), "ids: other bits");
    check(!rnntrain_predict_texts(model, (const char *const[]){""}, 1, one), "no words");
    check(!memcmp(all, one, classes * sizeof *one), "no ids: other bits");

    for (int32_t wrong = 0; wrong <= last + 1; wrong += last + 1) {
        ids[1] = wrong;
        check(rnntrain_predict_ids(model, ids, lengths, 3, all) == RNNTRAIN_USAGE,
              "an id");
        check(strstr(rnntrain_message(), "id 1 of text 1 is ") != NULL, "which id");
    }

    free(all);
    free(one);
}

static void check_arguments(void)
{
    double none[2];

    check(rnntrain_predict_texts(model, NULL, 0, NULL) == RNNTRAIN_OK, "no texts");
    check(rnntrain_predict_texts(model, NULL, 1, none) == RNNTRAIN_USAGE, "NULL texts");
    check(rnntrain_predict_texts(model, (const char *const[]){NULL}, 1, none) ==
              RNNTRAIN_USAGE,
          "a NULL text");
    check(rnntrain_predict_ids(model, NULL, NULL, 1, none) == RNNTRAIN_USAGE, "NULL ids");
    check(rnntrain_open(NULL, &model) == RNNTRAIN_USAGE, "a NULL path");
    check(!rnntrain_label(model, classes) && rnntrain_label(model, 0), "labels");
    rnntrain_close(NULL);
}

static void read_texts(const char *name)
{
    static char lines[MOST_TEXTS][4096];
    FILE *file = fopen(name, "r");
    check(file != NULL, "the texts");
    while (n_texts < MOST_TEXTS && fgets(lines[n_texts], sizeof lines[0], file)) {
        lines[n_texts][strcspn(lines[n_texts], "\n")] = 0;
        texts[n_texts] = lines[n_texts];
        n_texts++;
    }
    fclose(file);
}

int main(int argc, char **argv)
{
    check(argc == 3, "usage: CHECKPOINT TEXTS");
    path = argv[1];
    read_texts(argv[2]);
    check(*rnntrain_message() == 0, "a message before the first");
    check(rnntrain_open(path, &model) == RNNTRAIN_OK, path);

    classes = rnntrain_classes(model);
    expected = calloc(n_texts * classes, sizeof *expected);
    check(expected && !rnntrain_predict_texts(model, texts, n_texts, expected), "texts");

    run_threads();
    check_ids();
    check_arguments();

    for (size_t i = 0; i < n_texts; i++) {
        const double *p = expected + i * classes;
        size_t decided = 0;
        for (size_t c = 1; c < classes; c++)
            decided = p[c] > p[decided] ? c : decided;
        printf("%s\t%.6f\n", rnntrain_label(model, decided), p[decided]);
    }

    rnntrain_close(model);
    free(expected);
    return 0;
}
