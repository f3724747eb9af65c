/* Texts with any number of labels, in each format; texts of several fields; fields of any
 * depth. */
#include "input/json_path.h"
#include "input/multi_labels.h"
#include "input/records.h"

#include <stdio.h>

#include "../shown.h"

/* "LINE:{a|b}=TEXT; ", or with one label a text "LINE:a=TEXT; ". */
static int show_record(void *context, const struct text_record *record)
{
    struct shown *shown = context;
    const struct words *labels = record->labels;
    shown_number(shown, record->line, labels ? ":{" : ":");
    for (int32_t i = 0; labels && i < labels->n; i++) {
        shown_add(shown, "|", i > 0);
        shown_add(shown, words_text(labels, i), words_length(labels, i));
    }
    shown_add(shown, "}", labels != NULL);
    if (record->label)
        shown_bytes(shown, record->label, record->n_label);
    shown_add(shown, "=", 1);
    shown_bytes(shown, record->text, record->n_text);
    shown_add(shown, "; ", 2);
    return OK;
}

static int read_records(struct records_options options, const char *text, size_t piece,
                        struct shown *shown, char **layout)
{
    struct records *records = records_new(&options, "x", NULL, show_record, shown);
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

static void check(struct records_options options, const char *text,
                  const char *expected_layout, const char *expected)
{
    for (size_t piece = 1; piece < 1000; piece *= 7) {
        struct shown shown = {0};
        char *layout = NULL;
        if (read_records(options, text, piece, &shown, &layout))
            fail_msg("%s", fail_message());
        assert_non_null(strstr(layout, expected_layout));
        expect_shown(&shown, expected);
        free(layout);
    }
}

static void refuse(struct records_options options, const char *text, int code,
                   const char *message)
{
    struct shown shown = {0};
    char *layout = NULL;
    assert_int_equal(read_records(options, text, 1000, &shown, &layout), code);
    expect_message(message);
    shown_release(&shown);
    free(layout);
}

#define WITH(...) ((struct records_options){__VA_ARGS__})
#define PLAIN ((struct records_options){.format = FORMAT_AUTO})

static const char lines_of_several[] = "nothing said\n__label__a __label__b a film\n"
                                       "__label__b\t__label__b good\n__label__a\n"
                                       "__label__a __label__c x\n";

static void test_fasttext(void **state)
{
    (void)state;
    static const char expected[] = "1:{}=nothing said; 2:{a|b}=a film; 3:{b}=good; "
                                   "4:{a}=; 5:{a|c}=x; ";
    check(PLAIN, lines_of_several, "fasttext, any labels and a text a line", expected);
    check(WITH(.format = FORMAT_FASTTEXT), lines_of_several, "any labels", expected);
    check(WITH(.multi_label = CHOICE_YES), "x\n__label__a y\n", "any labels",
          "1:{}=x; 2:{a}=y; ");
    check(WITH(.multi_label = CHOICE_YES),
          "__label__a x  y __label__b\nx __label__c y\t__label__a __label__ z\n"
          "x__label__d y\n__label__a __label__b\nx __label__a __label__b\t__label__c\n",
          "any labels",
          "1:{a|b}=x  y; 2:{c|a}=x y __label__ z; 3:{}=x__label__d y; "
          "4:{a|b}=; 5:{a|b|c}=x; ");

    refuse(WITH(.multi_label = CHOICE_NO), "__label__a __label__b x\n", ERR_FORMAT,
           "x: line 1, column 12: a second label");
    check(WITH(.on_bad_row = BAD_ROWS_SKIP),
          "__label__a x\n__label__a __label__b x\n__label__a __label__c y\n",
          "fasttext, a label and a text a line", "1:a=x; ");
    refuse(
        PLAIN, "__label__a x\n__label__a __label__b y\n", ERR_FORMAT,
        "a second label; a classifier of one class a text needs one; --multi-label on");
}

static void test_label_columns(void **state)
{
    (void)state;
    static const char table[] = "id,comment_text,toxic,\"very, rude\",threat\n"
                                "1,\"a, b\",0,1,true\n2,c,0.0,0,FALSE\n3,,1,1,1\n";
    check(WITH(.label_columns = "toxic,4,threat"), table,
          "labels in toxic, very, rude, threat, text in 2 (comment_text)",
          "2:{very, rude|threat}=a, b; 3:{}=c; 4:{toxic|very, rude|threat}=; ");
    check(WITH(.label_columns = "3, 4"), "1,a b,0,1\n2,c d,1,1\n3,e f,0,0\n4,g h,1,0\n",
          "labels in 3, 4", "1:{4}=a b; 2:{3|4}=c d; 3:{}=e f; 4:{3}=g h; ");

    refuse(WITH(.label_columns = "toxic,rude"), table, ERR_USAGE,
           "x: --label-columns rude: no such column; there are 5: 1 id");
    refuse(WITH(.label_columns = "toxic,3"), table, ERR_USAGE,
           "x: --label-columns names column 3 twice");
    refuse(WITH(.label_columns = "toxic,toxic"), table, ERR_USAGE,
           "--label-columns: toxic stands there twice");
    refuse(WITH(.label_columns = "toxic,"), table, ERR_USAGE, "a name is empty");
    refuse(WITH(.label_columns = "toxic,comment_text", .text_column = "comment_text"),
           table, ERR_USAGE, "column 2 (comment_text) holds a label and the text");
    refuse(WITH(.label_columns = "a,b"), "text,a,b\nx,1,0\ny,-1,0\n", ERR_FORMAT,
           "x: line 3: \"-1\" in column 2 (a), expected 1 or 0: whether the text has the "
           "label; --on-bad-row skip");
    check(WITH(.label_columns = "a,b", .on_bad_row = BAD_ROWS_SKIP),
          "text,a,b\nx,1,0\ny,-1,0\n", "labels in a, b", "2:{a}=x; ");
}

/* What columns of 0 and 1 are for is said where no label is found. */
static void test_advice(void **state)
{
    (void)state;
    refuse(PLAIN,
           "comment_text,toxic,rude\na b c,0,1\nd e f,1,0\ng h i,0,0\nj k l,1,1\n"
           "m n o,0,1\np q r,1,0\n",
           ERR_USAGE, "columns of 0 and 1, a label each: --label-columns toxic,rude");
}

static void test_separator(void **state)
{
    (void)state;
    check(WITH(.label_separator = ","),
          "text,labels\na,\"x, y\"\nb,\nc,z\nd,\"['y', \"\"x z\"\"]\"\ne,\",x,,x\"\n",
          "labels in 2 (labels), text in 1 (text)",
          "2:{x|y}=a; 3:{}=b; 4:{z}=c; 5:{y|x z}=d; 6:{x}=e; ");
    check(WITH(.label_separator = "; ", .format = FORMAT_LINES, .separator = "\t"),
          "x; y\ta film\n\tnone\n", "lines, labels up to the first tab",
          "1:{x|y}=a film; 2:{}=none; ");
    check(WITH(.label_separator = "|"), "{\"text\": \"a\", \"label\": \"x|y\"}\n",
          "labels in \"label\"", "1:{x|y}=a; ");
    check(WITH(.multi_label = CHOICE_YES), "text,label\na,\"x,y\"\nb,\n", "labels in 2",
          "2:{x,y}=a; 3:{}=b; ");
}

static void test_lists(void **state)
{
    (void)state;
    static const char lists[] =
        "{\"text\": \"a\", \"labels\": [\"x\", 2, true]}\n"
        "{\"text\": \"b\", \"labels\": []}\n{\"text\": \"c\", \"labels\": null}\n"
        "{\"text\": \"d\"}\n{\"text\": \"e\", \"labels\": [\"x\", \"y\", \"x\"]}\n"
        "{\"text\": \"f\", \"labels\": \"y\"}\n";
    check(PLAIN, lists, "labels in \"labels\", text in \"text\"",
          "1:{x|2|true}=a; 2:{}=b; 3:{}=c; 4:{}=d; 5:{x|y}=e; 6:{y}=f; ");

    check(WITH(.label_columns = "labels.0,labels.2"),
          "{\"text\": \"a\", \"labels\": [0, 1, 1.0]}\n", "labels in labels.0, labels.2",
          "1:{labels.2}=a; ");
    refuse(
        PLAIN,
        "{\"text\": \"a\", \"labels\": [0, 1, 0]}\n"
        "{\"text\": \"b\", \"labels\": [1, 1, 0]}\n",
        ERR_FORMAT,
        "x: line 1: field \"labels\" says 0 or 1 of each label in turn: --label-columns");
    check(PLAIN,
          "{\"text\": \"a\", \"label\": {\"x\": 1, \"y\": 0}}\n"
          "{\"text\": \"b\", \"label\": {\"x\": true, \"y\": true}}\n",
          "labels in \"label\"", "1:{x}=a; 2:{x|y}=b; ");
    refuse(WITH(.multi_label = CHOICE_YES), "{\"text\": \"a\", \"label\": {\"x\": 3}}\n",
           ERR_FORMAT, "field \"label\" is an object whose values are not all 0 or 1");
    refuse(WITH(.multi_label = CHOICE_YES),
           "{\"text\": \"a\", \"label\": [{\"x\": 3}]}\n", ERR_FORMAT,
           "field \"label\" holds something else than strings and numbers");

    check(PLAIN,
          "{\"text\": \"a\", \"label\": [\"x\"]}\n{\"text\": \"b\", \"label\": 1}\n",
          "label in \"label\"", "1:x=a; 2:1=b; ");
    refuse(PLAIN,
           "{\"text\": \"a\", \"label\": \"x\"}\n"
           "{\"text\": \"b\", \"label\": [\"x\", \"y\"]}\n",
           ERR_FORMAT,
           "x: line 2: field \"label\" is not a string or a number but several labels "
           "(--multi-label on)");
}

static void test_json_columns(void **state)
{
    (void)state;
    check(WITH(.label_columns = "toxic,meta.rude"),
          "[{\"text\": \"a\", \"toxic\": 1, \"meta\": {\"rude\": 0}},\n"
          " {\"text\": \"b\", \"toxic\": false, \"meta\": {\"rude\": true}}]",
          "labels in toxic, meta.rude, text in \"text\"",
          "1:{toxic}=a; 2:{meta.rude}=b; ");
    refuse(WITH(.label_columns = "toxic,rude"), "{\"text\": \"a\", \"toxic\": 1}\n",
           ERR_FORMAT, "x: line 1: field \"rude\" is not 1 or 0");
}

/* Fields of any depth, by an option or by a key with points. */
static void test_depth(void **state)
{
    (void)state;
    check(WITH(.text_field = "body.text", .label_field = "meta.tags.name"),
          "{\"body\": {\"text\": \"a\"}, \"meta\": {\"tags\": [{\"name\": \"x\"}, "
          "{\"name\": \"y\"}]}}\n"
          "{\"body\": {\"text\": \"b\"}, \"meta\": {\"tags\": [{\"name\": \"x\"}, "
          "{\"name\": \"z\"}]}}\n",
          "labels in \"meta.tags.name\", text in \"body.text\"",
          "1:{x|y}=a; 2:{x|z}=b; ");
    check(WITH(.text_field = "a.b"),
          "{\"a\": {\"b\": \"deep\"}, \"a.b\": \"flat\", \"label\": 1}\n"
          "{\"a\": {\"b\": \"deep\"}, \"label\": 0}\n",
          "label in \"label\", text in \"a.b\"", "1:1=flat; 2:0=deep; ");
    refuse(WITH(.text_field = "a.c", .label_field = "label"),
           "{\"a\": {\"b\": \"x\"}, \"label\": 1}\n{\"a\": {\"b\": \"x\"}}\n", ERR_FORMAT,
           "x: line 1: field \"a.c\" is missing");
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *path, *expected;
    } cases[] = {{"a.b.c", "1"}, {"l.1", "5"},   {"l.0.k", "2"},    {"l.k", "[2, 3]"},
                 {"a.x", NULL},  {"l.9", NULL},  {"p.q.r", "7"},    {"", NULL},
                 {".", NULL},    {"a..b", NULL}, {"l.0.k.m", NULL}, {"l.1.k", NULL}};
    json_t *root = json_loads("{\"a\": {\"b\": {\"c\": 1}}, \"p.q\": {\"r\": 7}, "
                              "\"l\": [{\"k\": 2}, 5, {\"k\": 3}]}",
                              0, NULL);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        json_t *found = json_path_get(root, cases[i].path);
        char *text = found ? json_dumps(found, JSON_ENCODE_ANY) : NULL;
        if (cases[i].expected)
            assert_string_equal(text, cases[i].expected);
        else
            assert_null(text);
        free(text);
        json_decref(found);
    }
    json_decref(root);
}

static void test_text_columns(void **state)
{
    (void)state;
    check(WITH(.text_column = "title,body"),
          "title,body,label\nA film,it was,1\n,alone,0\nthe end,,1\n",
          "label in 3 (label), text in title, body",
          "2:1=A film it was; 3:0=alone; 4:1=the end; ");
    check(WITH(.text_column = "2,1", .label_column = "3"), "a,b,1\nc,d,2\ne,f,1\n",
          "text in 2, 1", "1:1=b a; 2:2=d c; 3:1=f e; ");
    check(WITH(.text_column = "a,b", .label_column = "c"), "\"a,b\",b,c\nx,y,1\nz,y,2\n",
          "text in 1 (a,b)", "2:1=x; 3:2=z; ");
    refuse(WITH(.text_column = "title,body"), "title,body\nx,y\nz,y\n", ERR_USAGE,
           "x: column 2 (body) is a part of the text");
    refuse(WITH(.text_column = "title,bodi"), "title,body,label\nx,y,1\n", ERR_USAGE,
           "x: --text-column bodi: no such column");

    refuse(WITH(.text_column = "words"), "words,label,words\na c,x,b\nb d,y,c\n",
           ERR_USAGE,
           "x: --text-column words: 2 columns are called so: give the number of one of "
           "them, the first is 1");
    check(WITH(.text_column = "words"), "Words,label,words\na,x,b\nb,y,c\n",
          "text in 3 (words)", "2:x=b; 3:y=c; ");

    check(WITH(.text_field = "title,meta.body"),
          "{\"title\": \"A\", \"meta\": {\"body\": \"b\"}, \"label\": 1}\n"
          "{\"title\": null, \"meta\": {\"body\": \"c\"}, \"label\": 2}\n",
          "text in \"title\", \"meta.body\"", "1:1=A b; 2:2=c; ");
    refuse(WITH(.text_field = "title,body", .label_field = "label"),
           "{\"label\": 1, \"title\": null}\n", ERR_FORMAT,
           "field \"title\" is missing, and so are the others");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fasttext),     cmocka_unit_test(test_label_columns),
        cmocka_unit_test(test_advice),       cmocka_unit_test(test_separator),
        cmocka_unit_test(test_lists),        cmocka_unit_test(test_json_columns),
        cmocka_unit_test(test_depth),        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_text_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
