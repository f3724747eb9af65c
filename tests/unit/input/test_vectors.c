/* Files of word vectors in all forms: what is found, what is refused and where. */
#include "input/vectors.h"

#include "../scratch.h"
#include "../shown.h"

#include <math.h>

static void assert_near(double value, double expected, double most)
{
    assert_true(fabs(value - expected) <= most);
}

static const char *const wanted[] = {"the", "of", "\xc3\xa4rger", "lost"};

static struct words words_of(const char *const *texts, size_t n)
{
    struct words words = {0};
    for (size_t i = 0; i < n; i++)
        words_add(&words, texts[i], strlen(texts[i]));
    return words;
}

static void show(struct shown *shown, const struct words *words,
                 const struct vectors *vectors)
{
    static const char *const matches[] = {"missing", "parts", "folded", "exact"};
    for (int32_t i = 0; i < vectors->n; i++) {
        char *text = xasprintf("%s %s", words_text(words, i), matches[vectors->match[i]]);
        shown_add(shown, text, strlen(text));
        free(text);
        for (int j = 0; j < vectors->width && vectors->match[i]; j++) {
            text = xasprintf(" %.7g", (double)vectors->values[i * vectors->width + j]);
            shown_add(shown, text, strlen(text));
            free(text);
        }
        shown_add(shown, "\n", 1);
    }
}

static void read_file(const char *name, enum vectors_form form, const char *expected)
{
    char *path = scratch_path(name);
    struct words words = words_of(wanted, COUNT_OF(wanted));
    struct vectors vectors = {0};
    struct shown shown = {0};
    int width = 0;

    if (vectors_width(path, &width) || vectors_read(path, &words, &vectors))
        fail_msg("%s", fail_message());
    assert_int_equal(vectors.form, form);
    assert_int_equal(vectors.width, width);
    show(&shown, &words, &vectors);
    expect_shown(&shown, expected);
    vectors_release(&vectors);
    words_release(&words);
    free(path);
}

static void refuse_file(const char *name, int code, const char *message)
{
    char *path = scratch_path(name);
    struct words words = words_of(wanted, COUNT_OF(wanted));
    struct vectors vectors = {0};

    assert_int_equal(vectors_read(path, &words, &vectors), code);
    expect_message(message);
    expect_message(path);
    assert_null(vectors.values);
    words_release(&words);
    free(path);
}

static void refuse(const char *content, const char *message)
{
    scratch_write_text("refused", content);
    refuse_file("refused", ERR_FORMAT, message);
}

static void test_text(void **state)
{
    (void)state;
    static const char expected[] = "the exact 1 -0.25\n"
                                   "of folded 3 4\n"
                                   "\xc3\xa4rger folded 5 6\n"
                                   "lost missing\n";
    scratch_write_text("glove", "The 9 9\nthe 1 -.25\n. . 7 8\nOF 3 4\nOf 0 0\n"
                                "\xc3\x84rger 5 6\n\xff\xfe 1 1\n");
    read_file("glove", VECTORS_GLOVE, expected);
    scratch_write_text("vec", "4 2\r\nthe 1 -25e-2 \r\nOF\t3\t4\r\n\xc3\x84RGER 5 6.0\r\n"
                              " 0 0\r\n\r\n");
    read_file("vec", VECTORS_TEXT, expected);
    scratch_write_text("unended",
                       "4 2\nthe 1 -.25\nOF 3 4\n\xc3\x84rger 5  6\nother 1 2");
    read_file("unended", VECTORS_TEXT, expected);
}

/* A row of the file can serve several words. */
static void test_case(void **state)
{
    (void)state;
    static const char *const cased[] = {"The", "THE", "the"};
    struct words words = words_of(cased, COUNT_OF(cased));
    struct vectors vectors = {0};
    struct shown shown = {0};
    char *path = scratch_path("cased");

    scratch_write_text("cased", "the 1\nTHE 2\nthe 3\nthe 4\n");
    assert_int_equal(vectors_read(path, &words, &vectors), OK);
    show(&shown, &words, &vectors);
    expect_shown(&shown, "The folded 1\nTHE exact 2\nthe exact 1\n");
    assert_int_equal(vectors.n_twice, 2);
    assert_int_equal(vectors.first_twice, 3);
    assert_int_equal(vectors.n_rows, 4);
    vectors_release(&vectors);
    words_release(&words);
    free(path);
}

static void test_refused_text(void **state)
{
    (void)state;
    refuse("", "an empty file");
    refuse("a film that was good\n", "line 1 is no word with numbers");
    refuse("the 1 2\nof 1\n", "line 2: 1 number behind the word \"of\", expected 2");
    refuse("the 1 2\nlonger\n",
           "line 2: 0 numbers behind the word \"longer\", expected 2");
    refuse("the 1 2\nx 1 2 3\n", "line 2: 3 numbers behind the word \"x\", expected 2");
    refuse("the 1 2\n\nof 1 2\n", "line 2: it is empty");
    refuse("the 1 -inf\nof 1 1\n",
           "line 1: number 2 of the vector of \"the\" is \"-inf\"");
    refuse("the 1 2\nof 1 nan\n", "line 2: number 2 of the vector of \"of\" is \"nan\"");
    refuse("2 2\nthe 1 2\nof 1e99 2\n",
           "line 3: number 1 of the vector of \"of\" is \"1e99\"");
    refuse("the 1 2\nof 1,5 2\n", "is \"1,5\"");
    refuse("3 2\nthe 1 2\nof 1 2\n", "line 1 says 3 rows, but there are 2");
    refuse("1 2\nthe 1 2\nof 1 2\n", "line 1 says 1 rows, but there are 2");
    refuse("1 99999\nthe 1 2\n", "line 1: vectors of 99999 numbers, expected 1 to 8192");
    refuse("1 0\nthe\n", "line 1: vectors of 0 numbers");
    refuse("\x80\x02}q", "a pickle of Python");
}

/* 3 rows of 2 numbers: 1 and -0.25, 3 and 4, 5 and 6. */
#define FLOATS_1 "\0\0\x80\x3f\0\0\x80\xbe"
#define FLOATS_2 "\0\0\x40\x40\0\0\x80\x40"
#define FLOATS_3 "\0\0\xa0\x40\0\0\xc0\x40"

static void write_binary(const char *bytes, size_t n)
{
    scratch_write("binary", bytes, n);
}
#define WRITE(text) write_binary(text, sizeof(text) - 1)

static void test_binary(void **state)
{
    (void)state;
    static const char expected[] = "the exact 1 -0.25\n"
                                   "of folded 3 4\n"
                                   "\xc3\xa4rger exact 5 6\n"
                                   "lost missing\n";
    WRITE("3 2\nthe " FLOATS_1 "\nOf " FLOATS_2 "\n\xc3\xa4rger " FLOATS_3 "\n");
    read_file("binary", VECTORS_BINARY, expected);
    WRITE("3 2\nthe " FLOATS_1 "Of " FLOATS_2 "\xc3\xa4rger " FLOATS_3);
    read_file("binary", VECTORS_BINARY, expected);

    WRITE("3 2\nthe " FLOATS_1 "Of " FLOATS_2);
    refuse_file("binary", ERR_FORMAT, "byte 27: the file ends within a vector");
    WRITE("3 2\nthe " FLOATS_1 "Of \0\0");
    refuse_file("binary", ERR_FORMAT, "the file ends within a vector");
    WRITE("1 2\nthe " FLOATS_1 "Of " FLOATS_2);
    refuse_file("binary", ERR_FORMAT, "byte 16: more follows behind the 1 row");
    WRITE("1 2\nthe \0\0\xc0\x7f\0\0\0\0");
    refuse_file("binary", ERR_FORMAT,
                "byte 8: number 1 of the vector of \"the\" is not finite");
}

/* A model of fastText, field by field. */
static void put(struct shown *file, int64_t value, int n)
{
    for (int i = 0; i < n; i++)
        shown_add(file, &(char){(char)(value >> 8 * i)}, 1);
}

static void put_float(struct shown *file, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(file, bits, 4);
}

enum { BUCKET = 5, MOST_N = 3 };

static void put_head(struct shown *file, int max_n)
{
    const int32_t arguments[] = {1, 5, 5, 1, 5, 1, 2, 2, BUCKET, 3, max_n, 100};
    put(file, 793712314, 4);
    put(file, 12, 4);
    for (size_t i = 0; i < COUNT_OF(arguments); i++)
        put(file, arguments[i], 4);
    put(file, 0, 8);
}

static void put_dictionary(struct shown *file)
{
    static const char *const entries[] = {"the", "Of"};
    put(file, 2, 4);
    put(file, 2, 4);
    put(file, 0, 4);
    put(file, 10, 8);
    put(file, -1, 8);
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        shown_add(file, entries[i], strlen(entries[i]) + 1);
        put(file, 5, 8);
        put(file, 0, 1);
    }
}

/* Row i is 10^i. */
static void write_model(int max_n, char is_quantized, int rows)
{
    struct shown file = {0};
    float value = 1;
    put_head(&file, max_n);
    put_dictionary(&file);
    put(&file, is_quantized, 1);
    put(&file, 2 + BUCKET, 8);
    put(&file, 1, 8);
    for (int i = 0; i < rows; i++, value *= 10)
        put_float(&file, value);
    scratch_write("fasttext", file.text, file.n);
    shown_release(&file);
}

/* n-grams of "<the>": "<th", "the", "he>"; their FNV-1a hashes modulo 5. */
static int bucket_of(const char *gram)
{
    uint32_t hash = 2166136261U;
    for (; *gram; gram++)
        hash = (hash ^ (uint32_t)(int32_t)(signed char)*gram) * 16777619U;
    return (int)(hash % BUCKET);
}

static double sum_of(const char *const *grams, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += pow(10, 2 + bucket_of(grams[i]));
    return sum;
}

static void test_fasttext(void **state)
{
    (void)state;
    static const char *const the[] = {"<th", "the", "he>"}, *const of[] = {"<Of", "Of>"},
                             *const arger[] = {"<\xc3\xa4r", "\xc3\xa4rg", "rge", "ger",
                                               "er>"},
                             *const lost[] = {"<lo", "los", "ost", "st>"};

    write_model(MOST_N, 0, 2 + BUCKET);
    char *expected = xasprintf(
        "the exact %.7g\nof folded %.7g\n\xc3\xa4rger parts %.7g\nlost parts %.7g\n",
        (1 + sum_of(the, 3)) / 4, (10 + sum_of(of, 2)) / 3, sum_of(arger, 5) / 5,
        sum_of(lost, 4) / 4);
    read_file("fasttext", VECTORS_FASTTEXT, expected);
    free(expected);
    write_model(0, 0, 2 + BUCKET);
    read_file("fasttext", VECTORS_FASTTEXT,
              "the exact 1\nof folded 10\n\xc3\xa4rger missing\nlost missing\n");

    write_model(MOST_N, 0, 3);
    refuse_file("fasttext", ERR_FORMAT, "the file ends within its matrix");
    write_model(MOST_N, 1, 2 + BUCKET);
    refuse_file("fasttext", ERR_FORMAT, "a quantized model");
    scratch_write("fasttext", "\xba\x16\x4f\x2f\x0c\0\0\0", 8);
    refuse_file("fasttext", ERR_FORMAT, "ends within its arguments");
}

static void test_paths(void **state)
{
    (void)state;
    refuse_file("nowhere", ERR_NO_INPUT, "cannot open");
    scratch_folder("folder");
    refuse_file("folder", ERR_NO_INPUT, "a folder");

    struct words words = {0};
    struct vectors vectors = {0};
    char *path = scratch_path("glove/vectors.txt");
    assert_int_equal(vectors_read(path, &words, &vectors), ERR_NO_INPUT);
    expect_message("glove: no archive, so it has no vectors.txt");
    free(path);
}

/* Vectors on a line in space keep their distances in one dimension. */
static void test_reduce(void **state)
{
    (void)state;
    static const char *const line[] = {"a", "b", "c", "d", "missing"};
    struct words words = words_of(line, COUNT_OF(line));
    struct vectors vectors = {0};
    char *path = scratch_path("line");

    scratch_write_text("line", "a 1 5 1\nb 2 5 3\nc 3 5 5\nd 5 5 9\n");
    assert_int_equal(vectors_read(path, &words, &vectors), OK);
    vectors_reduce(&vectors, 1);
    assert_int_equal(vectors.width, 1);
    static const double at[] = {-1.75, -0.75, 0.25, 2.25};
    for (int i = 0; i < 4; i++)
        assert_near((double)vectors.values[i], at[i] * sqrt(5), 1e-6);
    assert_true(vectors.values[4] == 0);
    assert_near(vectors_deviation(&vectors),
                sqrt(5 * (3.0625 + .5625 + .0625 + 5.0625) / 4), 1e-6);
    vectors_release(&vectors);
    words_release(&words);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),         cmocka_unit_test(test_case),
        cmocka_unit_test(test_refused_text), cmocka_unit_test(test_binary),
        cmocka_unit_test(test_fasttext),     cmocka_unit_test(test_paths),
        cmocka_unit_test(test_reduce),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
