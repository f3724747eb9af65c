/* Rows and fields: what a row is, whatever the pieces it comes in; beside a parser that
 * is written another way, over all short texts. */
#include "input/delimited.h"

#include "../shown.h"

static int show_row(void *context, const struct delimited_row *row)
{
    struct shown *shown = context;

    shown_number(shown, row->line, ":");
    for (int i = 0; i < row->n_fields; i++) {
        shown_add(shown, "[", 1);
        shown_bytes(shown, row->fields[i].text, row->fields[i].n);
        shown_add(shown, "]", 1);
    }
    shown_add(shown, " ", 1);
    return OK;
}

/* Reads n bytes in pieces: "LINE:[FIELD][FIELD] " a row. */
static int read_rows(const char *text, size_t n, char separator, bool quoted,
                     size_t piece, struct shown *shown)
{
    struct delimited *rows =
        delimited_new("x.csv", (struct delimited_form){separator, quoted, false, false},
                      show_row, shown);
    int rc = OK;

    for (size_t at = 0; !rc;) {
        size_t some = n - at < piece ? n - at : piece;
        bool last = at + some == n;
        char *copy = xcalloc(1, some); /* so that reading too far shows */
        memcpy(copy, text + at, some);
        rc = delimited_feed(rows, copy, some, last);
        free(copy);
        at += some;
        if (last)
            break;
    }
    delimited_free(rows);
    return rc;
}

/* The same rows whatever the pieces. */
static void check(const char *text, size_t n, char separator, bool quoted,
                  const char *expected)
{
    for (size_t piece = 1; piece <= n + 1; piece++) {
        struct shown shown = {0};
        assert_int_equal(read_rows(text, n, separator, quoted, piece, &shown), OK);
        expect_shown(&shown, expected);
    }
}

#define CSV(text, expected) check(text, sizeof(text) - 1, ',', true, expected)
#define TSV(text, expected) check(text, sizeof(text) - 1, '\t', false, expected)
#define LINES(text, expected) check(text, sizeof(text) - 1, '\0', false, expected)

static void test_rows(void **state)
{
    (void)state;
    CSV("a,b\nc,d\n", "1:[a][b] 2:[c][d] ");
    CSV("a,b\nlast,row", "1:[a][b] 2:[last][row] ");
    CSV("a,1\r\nb,2\rc,3\n\rd,4", "1:[a][1] 2:[b][2] 3:[c][3] 5:[d][4] ");
    CSV(",,\n\"\",x\ny,", "1:[][][] 2:[][x] 3:[y][] ");
    CSV("a,1\n\n\r\n\r\rb,2\n\n", "1:[a][1] 6:[b][2] ");
    CSV(" a , b \n  \n", "1:[ a ][ b ] 2:[  ] ");
    CSV("", "");
    CSV("\n\r\n", "");
}

static void test_quotes(void **state)
{
    (void)state;
    CSV("\"two\nlines, one \"\"field\"\"\",1\nz,2",
        "1:[two\\nlines, one \"field\"][1] 3:[z][2] ");
    CSV("\"a\r\n\r\nb\",1\r\nc,2\r\n", "1:[a\\r\\n\\r\\nb][1] 4:[c][2] ");
    CSV("\"a\rb\",\"c\n\"\rd,2", "1:[a\\rb][c\\n] 4:[d][2] ");
    CSV("5\" disk,a\"\"b\n x\"y\",\"\"\"\"", "1:[5\" disk][a\"\"b] 2:[ x\"y\"][\"] ");
    TSV("\"open\tham\n\"closed\" x\tspam\n", "1:[\"open][ham] 2:[\"closed\" x][spam] ");
}

/* Python's splitlines and libraries for text end lines at U+0085, U+2028, VT and FF. */
static void test_what_ends_no_row(void **state)
{
    (void)state;
    CSV("a\xc2\x85z\xe2\x80\xa8\v\f,1\n", "1:[a\xc2\x85z\xe2\x80\xa8\v\f][1] ");
    TSV("a\xc2\x85z\xe2\x80\xa8\v\f\t1\n", "1:[a\xc2\x85z\xe2\x80\xa8\v\f][1] ");
    CSV("nul\0here,1\n", "1:[nul\\0here][1] ");
    TSV("nul\0here\t1\n", "1:[nul\\0here][1] ");
}

static void test_without_quotes(void **state)
{
    (void)state;
    TSV("a\tb\r\nc\td\re\tf", "1:[a][b] 2:[c][d] 3:[e][f] ");
    TSV("a\t\n\t\n\tb\t", "1:[a][] 2:[][] 3:[][b][] ");
    TSV("a\tb\r\r\n\n\nc\td", "1:[a][b] 5:[c][d] ");
    LINES("label\ttext, with \"all\"\n\n next \r\nx",
          "1:[label\ttext, with \"all\"] 3:[ next ] 4:[x] ");
}

static void refuse(const char *text, const char *expected_rows, const char *message)
{
    size_t n = strlen(text);

    for (size_t piece = 1; piece <= n; piece++) {
        struct shown shown = {0};
        assert_int_equal(read_rows(text, n, ',', true, piece, &shown), ERR_FORMAT);
        expect_message(message);
        expect_shown(&shown, expected_rows);
    }
}

static void test_errors(void **state)
{
    (void)state;
    refuse("a,1\nb,\"x\"y\nc,3\n", "1:[a][1] ",
           "x.csv: line 2, column 6: text behind the quote that ends a field");
    refuse("\"two\nlines\" ,1\n", "", "x.csv: line 2, column 7: text behind the quote");
    refuse("a,1\nb,\"never\n\nclosed", "1:[a][1] ",
           "x.csv: line 2: the file ends within the quotes of the row that begins here");

    char *wide = xcalloc(1, 70001);
    struct shown shown = {0};
    memset(wide, ',', 70000);
    assert_int_equal(read_rows(wide, 70000, ',', true, 70000, &shown), ERR_FORMAT);
    expect_message("x.csv: line 1: more than 65536 fields");
    assert_int_equal(read_rows(wide, 70000, ',', false, 7000, &shown), ERR_FORMAT);
    expect_message("x.csv: line 1: more than 65536 fields");
    expect_shown(&shown, "");
    free(wide);
}

static int stop_at_second(void *context, const struct delimited_row *row)
{
    int *n = context;
    (void)row;
    return ++*n == 2 ? ERR_EXISTS : OK;
}

static void test_sink_stops(void **state)
{
    (void)state;
    for (int quoted = 0; quoted < 2; quoted++) {
        int n = 0;
        struct delimited *rows =
            delimited_new("x", (struct delimited_form){',', quoted != 0, false, false},
                          stop_at_second, &n);
        assert_int_equal(delimited_feed(rows, "a\nb\nc\nd", 7, true), ERR_EXISTS);
        assert_int_equal(n, 2);
        delimited_free(rows);
    }
}

/* A reader by recursive descent: text -> rows, as the header has it. */

struct naive {
    const char *text;
    size_t n, at;
    long long line;
};

static char peek(const struct naive *naive)
{
    return naive->at < naive->n ? naive->text[naive->at] : '\n';
}

/* Steps over one character, or a CR LF. */
static void step(struct naive *naive, struct shown *field)
{
    bool pair = peek(naive) == '\r' && naive->at + 1 < naive->n &&
                naive->text[naive->at + 1] == '\n';
    size_t n = pair ? 2 : 1;

    naive->line += peek(naive) == '\r' || peek(naive) == '\n';
    if (field)
        shown_bytes(field, naive->text + naive->at, n);
    naive->at += n;
}

static bool at_end_of_field(const struct naive *naive)
{
    return peek(naive) == ',' || peek(naive) == '\n' || peek(naive) == '\r';
}

static int naive_field(struct naive *naive, struct shown *row)
{
    shown_add(row, "[", 1);
    if (peek(naive) == '"') {
        for (naive->at++;; step(naive, row)) {
            if (naive->at == naive->n)
                return ERR_FORMAT;
            if (peek(naive) == '"' && naive->text[++naive->at] != '"')
                break;
        }
        if (!at_end_of_field(naive))
            return ERR_FORMAT;
    } else {
        while (!at_end_of_field(naive))
            step(naive, row);
    }

    shown_add(row, "]", 1);
    return OK;
}

static int naive_rows(const char *text, size_t n, struct shown *shown)
{
    struct naive naive = {text, n, 0, 1};

    while (naive.at < n) {
        struct shown row = {0};
        bool blank = peek(&naive) == '\n' || peek(&naive) == '\r';
        shown_number(&row, naive.line, ":");
        int rc = naive_field(&naive, &row);
        while (!rc && naive.at < n && peek(&naive) == ',') {
            naive.at++;
            rc = naive_field(&naive, &row);
        }
        shown_add(&row, " ", 1);
        if (!rc && !blank)
            shown_add(shown, row.text, row.n);
        shown_release(&row);
        if (rc)
            return rc;
        if (naive.at < n)
            step(&naive, NULL);
    }
    return OK;
}

/* All texts of up to five of five characters, whole and byte by byte. */
static void test_all_short_texts(void **state)
{
    (void)state;
    enum { LONGEST = 5, CHARACTERS = 5 };
    static const char characters[] = "a,\"\n\r";
    char text[LONGEST + 1] = "";

    for (int n = 0, n_texts = 1; n <= LONGEST; n++, n_texts *= CHARACTERS)
        for (int i = 0; i < n_texts; i++) {
            for (int c = 0, rest = i; c < n; c++, rest /= CHARACTERS)
                text[c] = characters[rest % CHARACTERS];
            for (size_t piece = 1; piece <= LONGEST; piece += LONGEST - 1) {
                struct shown ours = {0}, theirs = {0};
                int rc = read_rows(text, (size_t)n, ',', true, piece, &ours);
                assert_int_equal(rc, naive_rows(text, (size_t)n, &theirs));
                expect_shown(&ours, theirs.text ? theirs.text : "");
                shown_release(&theirs);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_what_ends_no_row),
        cmocka_unit_test(test_without_quotes),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_sink_stops),
        cmocka_unit_test(test_all_short_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
