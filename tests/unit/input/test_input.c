/* From paths to streams: what names say of parts and classes, and folders, files and
 * archives as streams of bytes. */
#include "input/input.h"

#include <sys/stat.h>
#include <unistd.h>

#include "input/place.h"
#include "../scratch.h"
#include "../shown.h"
#include "packed.h"

static void test_part_of_file(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int part;
    } files[] = {
        {"train.csv", DATASET_TRAIN},
        {"sst2-test.csv.gz", DATASET_TEST},
        {"a/b/my_dev.tsv", DATASET_VALIDATION},
        {"x.valid.jsonl", DATASET_VALIDATION},
        {"TEST.CSV", DATASET_TEST},
        {"val", DATASET_VALIDATION},
        {"imdb-Validation.txt", DATASET_VALIDATION},
        {"train_v2.csv", DATASET_TRAIN},
        {"TrainSet.csv", DATASET_TRAIN},
        {"IMDBTest.csv", DATASET_TEST},
        {"my-test-data.jsonl", DATASET_TEST},
        {"test2.csv", DATASET_TEST},
        {"trainset.tsv", DATASET_TRAIN},
        {"split=test", DATASET_TEST},
        {"train_5500.label", DATASET_TRAIN},
        {"train-training.csv", DATASET_TRAIN},
        {"train_split.csv", DATASET_TRAIN},
        {"train/devel.csv", DATASET_VALIDATION},
        {"eval.csv", PLACE_UNCLEAR_PART},
        {"held-out.csv", PLACE_UNCLEAR_PART},
        {"holdout.csv", PLACE_UNCLEAR_PART},
        {"dev-test.csv", PLACE_UNCLEAR_PART},
        {"train_test_split.csv", PLACE_UNCLEAR_PART},
        {"contest.csv", -1},
        {"latest.csv", -1},
        {"retrain.csv", -1},
        {"interval.csv", -1},
        {"pr\xc3\xa9test.csv", -1},
        {"outheld.csv", -1},
        {"reviews.csv", -1},
        {"", -1},
    };

    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (place_part_of_file(files[i].path, NULL) != files[i].part)
            fail_msg("%s: another part than %d", files[i].path, files[i].part);
}

static void test_part_names(void **state)
{
    (void)state;
    assert_string_equal(dataset_part_names[DATASET_TRAIN], "train");
    assert_string_equal(dataset_part_names[DATASET_VALIDATION], "validation");
    assert_string_equal(dataset_part_names[DATASET_TEST], "test");
}

static void test_hidden(void **state)
{
    (void)state;
    static const char *const hidden[] = {".git/x", "a/.b/c", "a/._1.txt", "a/..b", "..."};
    static const char *const seen[] = {"a/b", "./a", "../a/./b", "a.b/c.", ".", "..", ""};
    for (size_t i = 0; i < COUNT_OF(hidden); i++)
        assert_true(place_is_hidden(hidden[i]));
    for (size_t i = 0; i < COUNT_OF(seen); i++)
        assert_false(place_is_hidden(seen[i]));
}

static int show_entries(const char *path, struct shown *shown)
{
    static const char *const kinds[] = {"", "/", "@", "|"};
    struct input *input = NULL;
    struct input_entry entry;
    bool end = false;
    int rc = input_open(path, &input);

    while (!rc && !(rc = input_next(input, &entry, &end)) && !end) {
        const char *name = entry.name ? entry.name : "(one file)";
        char bytes[3];
        shown_add(shown, name, strlen(name));
        shown_add(shown, kinds[entry.kind], strlen(kinds[entry.kind]));
        for (size_t got = 1; !rc && got && !input_is_folder(input);) {
            rc = input_read(input, bytes, sizeof bytes, &got);
            shown_add(shown, got ? "=" : "", got ? 1 : 0);
            shown_bytes(shown, bytes, rc ? 0 : got);
        }
        shown_add(shown, " ", 1);
    }
    input_close(input);
    return rc;
}

static void check_entries(const char *name, const char *expected)
{
    struct shown shown = {0};
    char *path = scratch_path(name);
    int rc = show_entries(path, &shown);
    if (rc)
        fail_msg("%s", fail_message());
    expect_shown(&shown, expected);
    free(path);
}

static void test_folder(void **state)
{
    (void)state;
    static const char *const folders[] = {"tree", "tree/z", "tree/m", "tree/.git"};
    static const char *const files[] = {"tree/b.txt", "tree/a.txt",   "tree/Z.txt",
                                        "tree/z/1",   "tree/.hidden", "tree/.git/x"};
    for (size_t i = 0; i < COUNT_OF(folders); i++)
        scratch_folder(folders[i]);
    for (size_t i = 0; i < COUNT_OF(files); i++)
        scratch_write_text(files[i], "x");

    char *link = scratch_path("tree/c"), *pipe = scratch_path("tree/pipe");
    assert_int_equal(symlink("a.txt", link), 0);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    check_entries("tree", "m/ z/ z/1 Z.txt a.txt b.txt c@ pipe| ");
    free(link);
    free(pipe);
}

static void test_file(void **state)
{
    (void)state;
    scratch_write("plain", "ab\0cdef\n", 8);
    check_entries("plain", "(one file)=ab\\0=cde=f\\n ");
    scratch_write_text("empty", "");
    check_entries("empty", "(one file) ");
    write_gzip("file.gz", "packed", 6);
    write_gzip("empty.gz", "", 0);
    check_entries("empty.gz", "(one file) ");
    check_entries("file.gz", "(one file)=pac=ked ");
}

/* A gzip file that was cut, or whose checksum is not its content's, is no shorter one. */
static void test_damaged_gzip(void **state)
{
    (void)state;
    char *path = scratch_path("damaged.gz"), bytes[200];
    write_gzip("damaged.gz", "packed", 6);
    FILE *file = fopen(path, "rb");
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t cut = 11; cut < n; cut++) {
        struct shown shown = {0};
        scratch_write("damaged.gz", bytes, cut);
        assert_int_equal(show_entries(path, &shown), ERR_FORMAT);
        expect_message("damaged.gz: the gzip archive is damaged, or not all of it");
        shown_release(&shown);
    }

    bytes[n - 5] ^= 1;
    struct shown shown = {0};
    scratch_write("damaged.gz", bytes, n);
    assert_int_equal(show_entries(path, &shown), ERR_FORMAT);
    expect_message("damaged.gz");
    shown_release(&shown);
    free(path);
}

static void test_archive(void **state)
{
    (void)state;
    static const struct packed packed[] = {{"c/", NULL},
                                           {"c/pos/1.txt", "good"},
                                           {"c/pos/l", "@1.txt"},
                                           {"c/neg/1.txt", ""}};
    write_archive("a.tar", false, packed, 4);
    check_entries("a.tar", "c// c/pos/1.txt=goo=d c/pos/l@ c/neg/1.txt ");
    write_archive("a.zip", true, packed, 2);
    check_entries("a.zip", "c// c/pos/1.txt=goo=d ");
}

static void test_no_input(void **state)
{
    (void)state;
    struct input *input = NULL;
    assert_int_equal(input_open("/no/such", &input), ERR_NO_INPUT);
    expect_message(
        "/no/such: cannot open: No such file or directory; expected a folder,");
    assert_null(input);
    input_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_part_of_file), cmocka_unit_test(test_part_names),
        cmocka_unit_test(test_hidden),       cmocka_unit_test(test_folder),
        cmocka_unit_test(test_file),         cmocka_unit_test(test_damaged_gzip),
        cmocka_unit_test(test_archive),      cmocka_unit_test(test_no_input),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
