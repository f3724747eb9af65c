/* Labelled texts of every format: which format a file is in, where label and text stand,
 * and what is refused. */
#include "input/sniff.h"

#include <stdio.h>

#include "../shown.h"

static int show_record(void *context, const struct text_record *record)
{
    struct shown *shown = context;

    shown_number(shown, record->line, ":");
    if (record->label)
        shown_bytes(shown, record->label, record->n_label);
    shown_add(shown, "=", 1);
    shown_bytes(shown, record->text, record->n_text);
    if (record->n_bad) {
        shown_number(shown, (long long)record->n_bad, " bad from ");
        shown_number(shown, (long long)record->first_bad, "");
    }
    shown_add(shown, "; ", 2);
    return OK;
}

/* A file and how it is read. */
struct given {
    const char *name; /* NULL: "x" */
    struct records_options options;
    const char *class_name;
};

/* The records, "LINE:LABEL=TEXT; " each, of a file read in pieces; *layout is the
 * caller's to free. */
static int read_records(const struct given *given, const char *text, size_t piece,
                        struct shown *shown, char **layout)
{
    struct records *records =
        records_new(&given->options, given->name ? given->name : "x", given->class_name,
                    show_record, shown);
    size_t n = strlen(text);
    bool last = false;
    int rc = OK;

    for (size_t at = 0; !rc && !last;) {
        size_t some = n - at < piece ? n - at : piece;
        last = at + some == n;
        rc = records_feed(records, text + at, some, last);
        at += some;
    }
    *layout = xstrdup(records_layout(records));
    records_free(records);
    return rc;
}

static void check(struct given given, const char *text, const char *expected_layout,
                  const char *expected)
{
    for (size_t piece = 1; piece < 1000; piece *= 7) {
        struct shown shown = {0};
        char *layout = NULL;
        int rc = read_records(&given, text, piece, &shown, &layout);
        if (rc)
            fail_msg("%s", fail_message());
        assert_string_equal(layout, expected_layout);
        expect_shown(&shown, expected);
        free(layout);
    }
}

static void refuse(struct given given, const char *text, int code, const char *message)
{
    for (size_t piece = 1; piece < 1000; piece *= 7) {
        struct shown shown = {0};
        char *layout = NULL;
        assert_int_equal(read_records(&given, text, piece, &shown, &layout), code);
        expect_message(message);
        shown_release(&shown);
        free(layout);
    }
}

#define PLAIN ((struct given){0})
#define NAMED(file) ((struct given){.name = (file)})
#define WITH(...) ((struct given){.options = {__VA_ARGS__}})

static void test_csv(void **state)
{
    (void)state;
    check(PLAIN, "review,sentiment\n\"good,\n really\",pos\n\nbad,neg\n",
          "csv, separator ,, quotes, 2 columns, first row names them; label in 2 "
          "(sentiment), text in 1 (review)",
          "2:pos=good,\\n really; 5:neg=bad; ");
    check(PLAIN, "pos;a film, good\nneg;no film\npos;a film\n",
          "csv, separator ;, quotes, 2 columns, no header; label in 1, text in 2",
          "1:pos=a film, good; 2:neg=no film; 3:pos=a film; ");

    check(PLAIN, "id|Label|TEXT\r\n7|pos|a film\r\n8|neg|no, film\r\n",
          "csv, separator |, quotes, 3 columns, first row names them; label in 2 "
          "(Label), text in 3 (TEXT)",
          "2:pos=a film; 3:neg=no, film; ");
    check(NAMED("x.csv"), "label,text\npos,a film\n",
          "csv, separator ,, quotes, 2 columns, first row names them; label in 1 "
          "(label), text in 2 (text)",
          "2:pos=a film; ");
}

/* Quotes are characters there. */
static void test_tsv(void **state)
{
    (void)state;
    const char *layout =
        "tsv, separator tab, no quotes, 2 columns, no header; label in 1, text in 2";
    check(PLAIN, "ham\t\"open, and not closed\nspam\t\"closed\" x\nham\t\n", layout,
          "1:ham=\"open, and not closed; 2:spam=\"closed\" x; 3:ham=; ");
    check(NAMED("sms.tab"), "ham\ta, b\nspam\tc, d\nham\te, f", layout,
          "1:ham=a, b; 2:spam=c, d; 3:ham=e, f; ");
}

static void test_jsonl(void **state)
{
    (void)state;
    const char *layout = "jsonl, label in \"label\", text in \"text\"";
    check(PLAIN,
          " {\"label\": \"pos\", \"id\": [1, {}], \"text\": \"a\\nb \\u00e9\"}\r\n\n"
          "{\"text\": \"\", \"label\": \"neg\"}",
          layout, "1:pos=a\\nb \xc3\xa9; 3:neg=; ");

    check(
        PLAIN,
        "{\"label\": 1, \"text\": \"a\"}\n{\"label\": -2, \"text\": \"b\"}\n"
        "{\"label\": 0.5, \"text\": \"c\"}\n{\"label\": true, \"text\": \"d\\u0000e\"}\n",
        layout, "1:1=a; 2:-2=b; 3:0.5=c; 4:true=d\\0e; ");
    check(PLAIN, "{\"label\": \"x\", \"text\": \"caf\xe9 \xff\"}\n", layout,
          "1:x=caf\xef\xbf\xbd \xef\xbf\xbd"
          "2 bad from 27; ");
    check(WITH(.text_field = "body", .label_field = "stars"),
          "{\"stars\": \"5\", \"body\": \"b\", \"text\": \"t\", \"label\": \"l\"}\n",
          "jsonl, label in \"stars\", text in \"body\"", "1:5=b; ");
}

static void test_fasttext(void **state)
{
    (void)state;
    check(PLAIN, "__label__pos a film, good\n__label__neg\tno\n__label__neg\n",
          "fasttext, a label and a text a line",
          "1:pos=a film, good; 2:neg=no; 3:neg=; ");
    refuse(PLAIN, "__label__a x\n__label__a __label__b y\n", ERR_FORMAT,
           "x: line 2, column 12: a second label");
    refuse(PLAIN, "__label__a x\nb y\n", ERR_FORMAT,
           "x: line 2: expected __label__NAME TEXT");
    refuse(PLAIN, "__label__a x\n__label__ y\n", ERR_FORMAT,
           "x: line 2: expected __label");
}

static void test_lines(void **state)
{
    (void)state;
    check(PLAIN, "pos a film\nneg no film\npos two films\nneg none\n",
          "lines, label up to the first blank",
          "1:pos=a film; 2:neg=no film; 3:pos=two films; 4:neg=none; ");
    check(WITH(.format = FORMAT_FOLDERS), "pos a film\nneg no film\npos b\nneg c\n",
          "lines, label up to the first blank",
          "1:pos=a film; 2:neg=no film; 3:pos=b; 4:neg=c; ");
    check(WITH(.separator = "@@"), "pos@@a film@@b\n@neg@@\n",
          "lines, label up to the first @@", "1:pos=a film@@b; 2:@neg=; ");
    refuse(WITH(.format = FORMAT_LINES), "pos a\nneg\n", ERR_FORMAT,
           "x: line 2: no separator; expected LABEL TEXT");
    refuse(WITH(.format = FORMAT_LINES), "pos a\n b\n", ERR_FORMAT,
           "x: line 2: no label; expected LABEL TEXT");
}

/* A file of one class has no other form: its first line is a text too. */
static void test_class(void **state)
{
    (void)state;
    struct given given = {.name = "pos.csv", .class_name = "pos"};
    check(given, "label,text\n\n{\"a\"}\t\"\r\nlast", "a text a line",
          "1:pos=label,text; 3:pos={\"a\"}\t\"; 4:pos=last; ");
}

static void test_columns(void **state)
{
    (void)state;
    check(WITH(.text_column = "3", .label_column = "1"), "1,t,a b\n2,u,c\n",
          "csv, separator ,, quotes, 3 columns, no header; label in 1, text in 3",
          "1:1=a b; 2:2=c; ");
    check(WITH(.text_column = "Words", .label_column = "2"), "id,stars,words\n7,5,a\n",
          "csv, separator ,, quotes, 3 columns, first row names them; label in 2 "
          "(stars), text in 3 (words)",
          "2:5=a; ");
    check(WITH(.header = CHOICE_NO), "text,label\na film,b\n",
          "csv, separator ,, quotes, 2 columns, no header; label in 2, text in 1",
          "1:label=text; 2:b=a film; ");

    check(WITH(.header = CHOICE_YES), "a film,pos\nb film,neg\nc film,pos\n",
          "csv, separator ,, quotes, 2 columns, first row names them; label in 2 (pos), "
          "text in 1 (a film)",
          "2:neg=b film; 3:pos=c film; ");
    refuse(PLAIN, "7,pos,a\n8,neg,b\n", ERR_USAGE,
           "x: which of its 3 columns hold the text and the label? Name them with "
           "--text-column and --label-column: `rnnprep x --text-column TEXT "
           "--label-column LABEL`; there are: 1 (2 values, as \"7\"), 2 (2 values, as "
           "\"pos\"), 3 (2 values, as \"a\")");
    refuse(WITH(.text_column = "body"), "id,label,words\n1,a,b\n", ERR_USAGE,
           "x: --text-column body: no such column; there are 3: 1 id (1 value, as "
           "\"1\"), 2 label");
    refuse(WITH(.label_column = "4"), "1,a,b\n1,a,c\n", ERR_USAGE,
           "x: --label-column 4: no such column");
    refuse(WITH(.text_column = "2", .label_column = "2"), "a,b\nc,d\n", ERR_USAGE,
           "x: --text-column and --label-column name the same one, 2 of 2 columns");
}

/* Of two columns without names the text is the one with more values, then the longer. */
static void test_two_columns(void **state)
{
    (void)state;
    const char *second = "csv, separator ,, quotes, 2 columns, no header; label in 1, "
                         "text in 2";
    check(PLAIN, "a long name,x\na long name,y\nother,z\nother,w\n", second,
          "1:a long name=x; 2:a long name=y; 3:other=z; 4:other=w; ");
    check(PLAIN, "p,a film\nq,no film\n", second, "1:p=a film; 2:q=no film; ");
}

static void test_quoting(void **state)
{
    (void)state;
    check(WITH(.quoting = CHOICE_NO), "\"a film,pos\nno\",neg\none,pos\n",
          "csv, separator ,, no quotes, 2 columns, no header; label in 2, text in 1",
          "1:pos=\"a film; 2:neg=no\"; 3:pos=one; ");
    check(WITH(.quoting = CHOICE_YES), "pos\t\"a\tb\"\nneg\t\"c film\nd\"\npos\te\n",
          "tsv, separator tab, quotes, 2 columns, no header; label in 1, text in 2",
          "1:pos=a\tb; 2:neg=c film\\nd; 4:pos=e; ");
}

static void test_refusals(void **state)
{
    (void)state;
    refuse(PLAIN, "[[\"a\", \"b\"], 3]", ERR_FORMAT,
           "x: record 2 is neither an object nor a list");
    refuse(PLAIN, "{\n\"version\": 1\n}", ERR_FORMAT,
           "x: one JSON object without an array of records");
    refuse(PLAIN, "\x89HDF\r\n\x1a\n and more", ERR_FORMAT,
           "x: an HDF5 file, expected a corpus; `rnnprep inspect`");
    refuse(PLAIN, "one\ntwo words here\nthree\n", ERR_FORMAT,
           "x: cannot tell what it is: no JSON Lines, no __label__, no separator that "
           "gives every row the same fields; --format csv|tsv|jsonl|fasttext|lines says "
           "so, --separator names the separator; a text a line and a file a class: "
           "--class NAME=x for each");
    refuse(PLAIN, "the film is\nthe plot was\nthe end\n", ERR_FORMAT,
           "x: cannot tell what it is"); /* one label only would be no corpus */

    refuse(NAMED("x.csv"), "one\ntwo\n", ERR_FORMAT,
           "x.csv: one column only; expected a");
    refuse(WITH(.format = FORMAT_CSV), "a,b\nc\nd,e\n", ERR_FORMAT,
           "x: line 2: 1 fields, expected 2 as in the first row");
    refuse(WITH(.format = FORMAT_CSV, .separator = "@@"), "a@@b\n", ERR_USAGE,
           "--separator @@: csv has a separator of one byte; --format lines");
}

static void test_json_refusals(void **state)
{
    (void)state;
    refuse(PLAIN, "{\"a\": \"x\", \"b\": 1, \"c\": 2}\n", ERR_USAGE,
           "x: which of its 3 fields hold the text and the label? Name them with "
           "--text-field and --label-field: `rnnprep x --text-field TEXT "
           "--label-field LABEL`; there are: 1 a (1 value, as \"x\"), 2 b");
    refuse(PLAIN, "{\"id\": \"x\", \"text\": 1}\n", ERR_USAGE,
           "no label found among its 2 fields");
    refuse(PLAIN, "{\"text\": \"x\", \"label\": [1, 2]}\n", ERR_FORMAT,
           "x: line 1: field \"label\" is not a string or a number");

    refuse(PLAIN, "{\"text\": \"x\", \"label\": 1}\n{\"text\": [\"x\"], \"label\": 1}\n",
           ERR_FORMAT, "x: line 2: field \"text\" is not a string");
    refuse(PLAIN, "{\"text\": \"x\", \"label\": 1}\n\n{\"text\": \"x\"}\n", ERR_FORMAT,
           "x: line 3: field \"label\" is missing");
    refuse(PLAIN, "{\"text\": \"x\", \"label\": 1}\n[1]\n", ERR_FORMAT,
           "x: line 2: expected one JSON object a line");
    refuse(PLAIN, "{\"text\": \"x\", \"label\": 1}\n{\"text\": \"\n", ERR_FORMAT,
           "x: line 2, column 10: not a JSON object");
}

/* What is no UTF-8 looks like something else. */
static void test_encodings(void **state)
{
    (void)state;
    refuse(PLAIN,
           "text,label\nDie Suppe war sch\xf6n und hei\xdf f\xfcr alle,g\xfcnstig\n"
           "Das Brot war \xf6"
           "de und \xfc"
           "ber alle Ma\xdf"
           "en,schlecht\n",
           ERR_FORMAT,
           "x: line 2: the label is not valid UTF-8; expected the name of a class "
           "(--encoding ISO-8859-1 is what the file looks like)");
}

/* As Python writes it. */
static void test_json_of_python(void **state)
{
    (void)state;
    const char *layout = "jsonl, label in \"label\", text in \"text\"";
    check(PLAIN,
          "{\"text\": \"a NaN\", \"label\": 1, \"score\": NaN}\n"
          "{\"text\": \"b\", \"label\": 2, \"score\": [-Infinity, Infinity]}\n"
          "{\"text\": \"c\", \"label\": 18446744073709551617, \"score\": -1e400}\n",
          layout, "1:1=a NaN; 2:2=b; 3:18446744073709551617=c; ");
    check(PLAIN, "{\"text\": \"a\", \"label\": 36893488147419103232, \"x\": NaN}\n",
          layout, "1:36893488147419103232=a; ");
    check(PLAIN, "{\"text\": \"\\ud83d \\ud83d\\ude00 \\\\ud83d\", \"label\": 1}\n",
          layout, "1:1=\xef\xbf\xbd \xf0\x9f\x98\x80 \\ud83d1 bad from 10; ");
    refuse(PLAIN, "{\"text\": \"a\", \"label\": 1}\n{\"text\": \"b\", \"label\": NaN}\n",
           ERR_FORMAT, "x: line 2: field \"label\" is null; --on-bad-row skip");
}

static void test_json_document(void **state)
{
    (void)state;
    const char *layout = "json, 2 records, label in \"label\", text in \"text\"";
    const char *expected = "1:x=a b; 2:y=c; ";

    check(
        PLAIN,
        "[{\"text\": \"a b\", \"label\": \"x\"},\n {\"text\": \"c\", \"label\": \"y\"}]",
        layout, expected);
    check(PLAIN, "{\"text\": [\"a b\", \"c\"], \"label\": [\"x\", \"y\"]}", layout,
          expected);
    check(PLAIN,
          "{\"text\": {\"0\": \"a b\", \"1\": \"c\"}, \"label\": {\"0\": \"x\", \"1\": "
          "\"y\"}}\n",
          layout, expected);
    check(PLAIN,
          "{\n  \"version\": 1, \"data\": [{\"text\": \"a b\", \"label\": \"x\"}, "
          "{\"text\": \"c\", \"label\": \"y\"}]\n}\n",
          layout, expected);
    check(PLAIN, "{\"train\": [[\"a b\", \"x\"]], \"test\": [[\"c d\", \"x\"]]}",
          "json, 2 records, label in \"2\", text in \"1\"", "1:x=a b; 2:x=c d; ");
    check(PLAIN,
          "{\"tokens\": [\"a\"], \"text\": \"a\", \"label\": 1}\n"
          "{\"tokens\": [], \"text\": \"b\", \"label\": 2}\n",
          "jsonl, label in \"label\", text in \"text\"", "1:1=a; 2:2=b; ");
}

/* A first row becomes no class, and no record is lost to a header. */
static void test_headers(void **state)
{
    (void)state;

    check(PLAIN, "headline,is_sarcastic\nw3 w4,0\nw5 w6,0\nw7 w8,0\n",
          "csv, separator ,, quotes, 2 columns, first row names them; label in 2 "
          "(is_sarcastic), text in 1 (headline)",
          "2:0=w3 w4; 3:0=w5 w6; 4:0=w7 w8; ");
    check(NAMED("x.csv"),
          "Utt,Kind\nhow is it going today,a\nI would like a cup of tea,b\n"
          "that is not what I meant,a\n",
          "csv, separator ,, quotes, 2 columns, first row names them; label in 2 (Kind), "
          "text in 1 (Utt)",
          "2:a=how is it going today; 3:b=I would like a cup of tea; 4:a=that is not "
          "what I meant; ");
    check(
        PLAIN, "text,label\na,x\nb,y\ntext,label\nc,x\n",
        "csv, separator ,, quotes, 2 columns, first row names them; label in 2 (label), "
        "text in 1 (text)",
        "2:x=a; 3:y=b; 5:x=c; ");
    refuse(PLAIN, "text,class\nhow is it,x\na,y\nb,class\n", ERR_FORMAT,
           "x: line 4: the label \"class\" is also in the first row");
    refuse(WITH(.format = FORMAT_JSONL, .header = CHOICE_YES), "{}", ERR_USAGE,
           "--header on: jsonl has no first row of names");
    check(WITH(.format = FORMAT_LINES, .header = CHOICE_YES),
          "label text\npos a\nneg b\n",
          "lines, first one left out, label up to the first blank", "2:pos=a; 3:neg=b; ");
}

static void test_spreadsheets(void **state)
{
    (void)state;
    const char *layout =
        "csv, separator ;, quotes, 2 columns, first row names them; label "
        "in 2 (label), text in 1 (text)";
    check(PLAIN, "sep=;\ntext;label\na, b;x\n;\nc, d;y\n;\n;\n", layout,
          "3:x=a, b; 5:y=c, d; ");
    check(PLAIN, "sep=;\r\ntext;label\r\na;x\r\n", layout, "3:x=a; ");
}

static void test_forms(void **state)
{
    (void)state;
    check(
        PLAIN, "text, label\n\"a, b\", \"x\"\n\"c, d\", \"y\"\n\"e\", \"x\"\n",
        "csv, separator ,, quotes behind blanks, 2 columns, first row names them; label "
        "in 2 (label), text in 1 (text)",
        "2:x=a, b; 3:y=c, d; 4:x=e; ");
    check(PLAIN, "text,label\n\"a \\\"b\\\", c\",x\n\"d \\\\ e\",y\n",
          "csv, separator ,, quotes with backslashes, 2 columns, first row names them; "
          "label in 2 (label), text in 1 (text)",
          "2:x=a \"b\", c; 3:y=d \\ e; ");
}

/* Plain texts begin with words, not with labels. */
static void test_unlabelled(void **state)
{
    (void)state;
    refuse(PLAIN,
           "the soup was cold\nwe liked the soup\nthe train was late\nwe hated it\n"
           "the lake is calm\nwe enjoyed it\n",
           ERR_FORMAT, "x: cannot tell what it is");
    refuse(PLAIN,
           "one thing\ntwo things\nthree things\nfour things\nfive things\n"
           "six things\none more\ntwo more\nthree more\nfour more\nfive more\nsix more\n",
           ERR_FORMAT, "x: cannot tell what it is");
}

/* Rows come whole, and with the names of their fields. */

static int show_whole_row(void *context, const struct text_record *record)
{
    struct shown *shown = context;
    shown_number(shown, record->is_first, ":");
    for (int i = 0; i < record->n_fields; i++) {
        shown_add(shown, "[", 1);
        shown_bytes(shown, record->fields[i].text, record->fields[i].n);
        shown_add(shown, "]", 1);
    }
    if (record->row)
        shown_bytes(shown, record->row, record->n_row);
    shown_add(shown, "; ", 2);
    return OK;
}

/* A record longer than what the layout is usually found from. */
static void test_long_record(void **state)
{
    (void)state;
    struct records_options options = {0};
    struct shown shown = {0};
    enum { LONG = 300 << 10 };
    char *text = xcalloc(LONG + 200, 1);
    int n = snprintf(text, 50, "{\"label\": \"x\", \"text\": \"");
    memset(text + n, 'a', LONG);
    snprintf(text + n + LONG, 100, "\"}\n{\"label\": \"y\", \"text\": \"b\"}\n");
    size_t length = strlen(text);

    struct records *records = records_new(&options, "x", NULL, show_whole_row, &shown);
    assert_int_equal(records_feed(records, text, 256 << 10, false), OK);
    assert_int_equal(
        records_feed(records, text + (256 << 10), length - (256 << 10), true), OK);
    assert_true(strstr(shown.text, "0:{\"label\": \"y\"") != NULL);
    shown_release(&shown);
    records_free(records);
    free(text);
}

/* Where labels are not required a file may have them. */
static void test_label_use(void **state)
{
    (void)state;
    check(WITH(.label_use = LABELS_OPTIONAL), "a film, good\nno film, bad\n",
          "lines, a text a line", "1:=a film, good; 2:=no film, bad; ");
    check(
        WITH(.label_use = LABELS_OPTIONAL), "id,text\n1,a film\n2,no film\n",
        "csv, separator ,, quotes, 2 columns, first row names them; no label, text in 2 "
        "(text)",
        "2:=a film; 3:=no film; ");
    check(
        WITH(.label_use = LABELS_OPTIONAL), "id,text,label\n1,a film,pos\n2,b,\n",
        "csv, separator ,, quotes, 3 columns, first row names them; label in 3 (label), "
        "text in 2 (text)",
        "2:pos=a film; 3:=b; ");
    check(WITH(.label_use = LABELS_UNUSED), "{\"text\": \"a\", \"label\": 1}\n",
          "jsonl, no label, text in \"text\"", "1:=a; ");
    check(WITH(.label_use = LABELS_OPTIONAL), "{\"text\": \"a\"}\n",
          "jsonl, no label, text in \"text\"", "1:=a; ");
}

static void check_whole_rows(const char *text, const char *expected)
{
    struct records_options options = {0};
    struct shown shown = {0};
    struct records *records = records_new(&options, "x", NULL, show_whole_row, &shown);
    int n = 0;
    assert_int_equal(records_feed(records, text, strlen(text), true), OK);

    const struct field *names = records_header(records, &n);
    for (int i = 0; i < n; i++)
        shown_bytes(&shown, names[i].text, names[i].n);
    expect_shown(&shown, expected);
    records_free(records);
}

static void test_whole_rows(void **state)
{
    (void)state;
    check_whole_rows("id,text,label\n1,a,pos\n2,b,neg\n",
                     "0:[1][a][pos]; 0:[2][b][neg]; idtextlabel");
    check_whole_rows("pos,a film\nneg,no film\npos,b\n",
                     "1:[pos][a film]; 0:[neg][no film]; 0:[pos][b]; ");
    check_whole_rows("{\"text\": \"a\", \"label\": 1}\n",
                     "1:{\"text\": \"a\", \"label\": 1}; ");
}

static void test_bad_rows(void **state)
{
    (void)state;
    check(WITH(.format = FORMAT_CSV, .on_bad_row = BAD_ROWS_SKIP),
          "text,label\na,x\nb,\nc\nd,y\n,\n",
          "csv, separator ,, quotes, 2 columns, first row names them; label in 2 "
          "(label), text in 1 (text)",
          "2:x=a; 5:y=d; ");
    check(WITH(.on_bad_row = BAD_ROWS_SKIP),
          "{\"text\": \"a\", \"label\": 1}\n{\"text\": null, \"label\": 1}\n{]\n"
          "{\"text\": \"b\"}\n{\"text\": \"c\", \"label\": 2}\n",
          "jsonl, label in \"label\", text in \"text\"", "1:1=a; 5:2=c; ");
    refuse(
        PLAIN, "text,label\na,x\nb, \nd,y\n", ERR_FORMAT,
        "x: line 3: the label is empty; expected the name of a class (--multi-label on "
        "where texts may have none); --on-bad-row skip leaves such rows out");
}

/* An empty file has no records and no layout. */
static void test_empty(void **state)
{
    (void)state;
    check(PLAIN, "", "", "");
}

/* What the sink returns ends the reading. */

static int stop(void *context, const struct text_record *record)
{
    int *n = context;
    (void)record;
    return ++*n == 2 ? ERR_EXISTS : OK;
}

static void test_sink_stops(void **state)
{
    (void)state;
    struct records_options options = {.format = FORMAT_FASTTEXT};
    int n = 0;
    struct records *records = records_new(&options, "x", NULL, stop, &n);
    static const char text[] = "__label__a x\n__label__a y\n__label__a z\n";
    assert_int_equal(records_feed(records, text, sizeof text - 1, true), ERR_EXISTS);
    assert_int_equal(n, 2);
    records_free(records);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const records[] = {"a.csv",      "b/c.TSV",      "x.tab",
                                          "y.JSONL.gz", "z.ndjson.zst", "a.csv.bz2",
                                          "a.tsv.xz"};
    static const char *const others[] = {
        "a.txt", "csv", "a.csv.gz.gz", "a.csvx", "a.json", "a.csv/b", ""};
    for (size_t i = 0; i < COUNT_OF(records); i++)
        assert_true(records_named(records[i]));
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_false(records_named(others[i]));
}

/* The beginning of a file may end within a row: that is no row. */
static void test_sniff_part(void **state)
{
    (void)state;
    static const char head[] = "pos,a film\nneg,no film\npos,\"cut";
    struct records_options options = {0};
    struct layout layout = {0};
    assert_int_equal(sniff_layout(&options, "x", head, sizeof head - 1, false, &layout),
                     OK);

    assert_int_equal(layout.format, FORMAT_CSV);
    assert_int_equal(layout.text, 1);
    layout_release(&layout);
    assert_int_equal(sniff_layout(&options, "x", head, sizeof head - 1, true, &layout),
                     ERR_FORMAT);
    layout_release(&layout);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),           cmocka_unit_test(test_tsv),
        cmocka_unit_test(test_jsonl),         cmocka_unit_test(test_fasttext),
        cmocka_unit_test(test_lines),         cmocka_unit_test(test_class),
        cmocka_unit_test(test_columns),       cmocka_unit_test(test_two_columns),
        cmocka_unit_test(test_quoting),       cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_json_refusals), cmocka_unit_test(test_empty),
        cmocka_unit_test(test_sink_stops),    cmocka_unit_test(test_names),
        cmocka_unit_test(test_sniff_part),    cmocka_unit_test(test_label_use),
        cmocka_unit_test(test_encodings),     cmocka_unit_test(test_json_of_python),
        cmocka_unit_test(test_json_document), cmocka_unit_test(test_headers),
        cmocka_unit_test(test_spreadsheets),  cmocka_unit_test(test_forms),
        cmocka_unit_test(test_unlabelled),    cmocka_unit_test(test_long_record),
        cmocka_unit_test(test_whole_rows),    cmocka_unit_test(test_bad_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
