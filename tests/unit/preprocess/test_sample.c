/* The synthetic corpus: how many documents stand where, the same for the same seed, and a
 * grammar in which the order of words tells the class and the words do not. */
#define _GNU_SOURCE /* dup2 */
#include "programs.h"

#include <fcntl.h>
#include <unistd.h>

#include "files/file.h"
#include "../scratch.h"
#include "../shown.h"

/* Writes a corpus into a new folder; what the command prints is left out. */
static int make_sample(const char *name, const char *documents, const char *seed)
{
    char *folder = scratch_path(name),
         *copies[] = {xstrdup("--documents"), xstrdup(documents), xstrdup("--seed"),
                      xstrdup(seed)};
    char *arguments[] = {folder, copies[0], copies[1], copies[2], copies[3], NULL};
    int nowhere = open("/dev/null", O_WRONLY), kept = dup(STDOUT_FILENO);
    fflush(stdout);
    dup2(nowhere, STDOUT_FILENO);
    int rc = cmd_sample(5, arguments);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(nowhere);

    for (int i = 0; i < 4; i++)
        free(copies[i]);

    free(folder);
    return rc;
}

/* A document, which is there; the caller's to free. */
static char *read_document(const char *sample, int number, int n_train)
{
    char *name = xasprintf("%s/%s/%s/synthetic_%06d.txt", sample,
                           number < n_train ? "train" : "test",
                           number % 2 ? "pos" : "neg", number);
    char *path = scratch_path(name), *bytes = NULL;
    size_t n = 0;

    if (file_read(path, &bytes, &n))
        fail_msg("%s", fail_message());
    char *text = xstrndup(bytes, n);
    free(bytes);
    free(path);
    free(name);
    return text;
}

static void test_documents(void **state)
{
    (void)state;
    bool differs = false;
    assert_int_equal(make_sample("one", "30", "1"), OK);
    assert_int_equal(make_sample("same", "30", "1"), OK);
    assert_int_equal(make_sample("other", "30", "2"), OK);

    for (int i = 0; i < 30; i++) {
        char *one = read_document("one", i, 20), *same = read_document("same", i, 20);
        char *other = read_document("other", i, 20);
        assert_string_equal(one, same);
        differs |= strcmp(one, other) != 0;
        assert_true(strlen(one) > 10);
        assert_int_equal(one[strlen(one) - 1], '\n');
        assert_null(strpbrk(one, "{}"));
        free(one);
        free(same);
        free(other);
    }
    assert_true(differs);
    assert_int_equal(make_sample("one", "30", "1"), ERR_EXISTS);
    expect_message("/one: it exists: name a new folder, or remove it");
    assert_int_equal(make_sample("few", "29", "1"), ERR_USAGE);
}

/* The adjectives, by the side that they take. */
static const char *const praise[] = {"wonderful", "moving",   "brilliant", "superb",
                                     "clever",    "charming", "gripping",  "delightful",
                                     "touching",  "splendid", "fresh",     "hilarious"};
static const char *const blame[] = {"dull",    "terrible", "boring",   "clumsy",
                                    "tedious", "awful",    "lifeless", "shallow",
                                    "stale",   "dreadful", "messy",    "painful"};

static bool begins_with(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strncmp(text, words[i], strlen(words[i])))
            return true;
    return false;
}

/* The adjectives of a text in their order: "+" praises, "-" blames; at most 31. */
static void find_adjectives(const char *text, char signs[32])
{
    size_t n = 0;
    for (const char *c = text; *c && n < 31; c++) {
        bool at_word = c == text || c[-1] == ' ';
        if (at_word && begins_with(c, praise, COUNT_OF(praise)))
            signs[n++] = '+';
        else if (at_word && begins_with(c, blame, COUNT_OF(blame)))
            signs[n++] = '-';
    }
    signs[n] = '\0';
}

struct sentences {
    int n[2][3];  /* by class: one of each side, praise alone, blame alone */
    int n_not[2]; /* "not" before blame: what is denied */
};

static void count_sentences(const char *text, int class_index, struct sentences *counts)
{
    char sentence[512];

    for (const char *at = text; *at && *at != '\n';) {
        size_t n = strcspn(at, ".");
        char signs[32];
        assert_true(at[n] == '.' && n < sizeof sentence);
        memcpy(sentence, at, n);
        sentence[n] = '\0';
        find_adjectives(sentence, signs);
        if (!strcmp(signs, "+-") || !strcmp(signs, "-+"))
            counts->n[class_index][0]++;
        else if (!strcmp(signs, "+") || !strcmp(signs, "-"))
            counts->n[class_index][*signs == '+' ? 1 : 2]++;
        else
            assert_string_equal(signs, ""); /* neutral */
        const char *denied = strstr(sentence, "was not ");
        if (denied)
            counts->n_not[class_index] += begins_with(denied + 8, blame, COUNT_OF(blame));
        at += n + 1;
        at += *at == ' ';
    }
}

/* Every opinion but the plain ones holds one adjective of each side; plain ones take the
 * side of the class; what "was not" denies is the other side, always. */
static void test_grammar(void **state)
{
    (void)state;
    enum { MANY = 150 };
    struct sentences counts = {0};
    assert_int_equal(make_sample("many", "150", "3"), OK);
    for (int i = 0; i < MANY; i++) {
        char *text = read_document("many", i, MANY * 2 / 3);
        count_sentences(text, i % 2, &counts);
        free(text);
    }

    for (int c = 0; c < 2; c++) {
        assert_in_range(counts.n[c][0], MANY / 2, 3 * MANY / 2);
        /* in one review of five */
        assert_in_range(counts.n[c][c ? 1 : 2], MANY / 20, MANY / 5);
        assert_int_equal(counts.n[c][c ? 2 : 1], 0);
    }
    assert_true(counts.n_not[1] > 3);
    assert_int_equal(counts.n_not[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_grammar),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
