/* From streams to documents: blocks, texts by any thread, and the reader. */
#include "input/reader.h"

#include <sys/resource.h>

#include "input/load.h"
#include "../scratch.h"
#include "../shown.h"
#include "packed.h"

static void test_block(void **state)
{
    (void)state;
    enum { MANY = 2000 };
    struct block block = {0};
    size_t at[MANY];

    for (int again = 0; again < 2; again++) {
        block_clear(&block);
        assert_string_equal(block.strings, "");
        for (int i = 0; i < MANY; i++) {
            char *text = xasprintf("string %d", i);
            at[i] = block_add_string(&block, text, strlen(text));
            assert_true(at[i] > 0);
            struct block_document *document = block_add_document(&block);
            assert_int_equal(document->text, block.n_text);
            assert_int_equal(document->n_text, 0);
            assert_int_equal(document->line, 0);
            document->n_text = strlen(text);
            block_need_text(&block, document->n_text);
            memcpy(block.text + block.n_text, text, document->n_text);
            block.n_text += document->n_text;
            free(text);
        }
        assert_int_equal(block.n, MANY);
        assert_string_equal(block.strings + at[1234], "string 1234");
        assert_memory_equal(block.text + block.documents[1234].text, "string 1234", 11);
    }
    block_release(&block);
    assert_null(block.text);
}

static void check_name(const char *source, const char *folder, const char *name,
                       int64_t line, const char *expected)
{
    char *shown = block_document_name(source, folder, name, line);
    assert_string_equal(shown, expected);
    free(shown);
}

static void test_document_names(void **state)
{
    (void)state;
    check_name("corpus", "train/pos", "1_9.txt", 0, "corpus/train/pos/1_9.txt");
    check_name("corpus", "", "README", 0, "corpus/README");
    check_name("reviews.csv", "", "", 12, "reviews.csv: line 12");
    check_name("c.tar", "a/x.csv", "", 3, "c.tar/a/x.csv: line 3");
    check_name("-", "", "", 1, "standard input: line 1");
    assert_int_equal(block_too_long("x/y"), ERR_FORMAT);
    expect_message("x/y: longer than 64 MiB: not a document");
}

struct loaded {
    const char *text;
    size_t n_bad, first_bad;
};

/* A document that is a file, or whose text was read. */
static void check_load(const char *encoding, enum place_kind kind, bool in_file,
                       const char *bytes, size_t n, struct loaded expected)
{
    const struct source source = {.path = scratch, .part = -1};
    struct block block = {0};
    struct load_memory memory = {0};
    const char *text = NULL;
    size_t n_text = 0;
    block_clear(&block);
    struct block_document *document = block_add_document(&block);
    document->kind = kind;
    document->folder = block_add_string(&block, "texts", 5);
    document->name = block_add_string(&block, "1.txt", 5);
    document->is_unread = in_file;
    if (in_file) {
        scratch_write("texts/1.txt", bytes, n);
    } else {
        block_need_text(&block, n + 1);
        memcpy(block.text, bytes, n);
        document->n_text = block.n_text = n;
    }

    struct shown shown = {0};
    assert_int_equal(
        load_text(&source, encoding, &block, document, &memory, &text, &n_text), OK);
    shown_bytes(&shown, text, n_text);
    expect_shown(&shown, expected.text);
    assert_int_equal(document->n_bad, expected.n_bad);
    assert_int_equal(document->first_bad, expected.first_bad);
    load_memory_release(&memory);
    block_release(&block);
}

#define LOAD(encoding, kind, bytes, ...)                                                 \
    for (int in_file = 0; in_file < 1 + ((kind) != PLACE_RECORDS); in_file++)            \
    check_load(encoding, kind, in_file, bytes, sizeof(bytes) - 1,                        \
               (struct loaded){__VA_ARGS__})

static void test_load(void **state)
{
    (void)state;
    scratch_folder("texts");
    LOAD(NULL, PLACE_FOLDER, "caf\xc3\xa9\n", "caf\xc3\xa9\\n", 0, 0);
    LOAD(NULL, PLACE_FOLDER, "", "", 0, 0);
    LOAD(NULL, PLACE_FOLDER, "caf\xe9 \xff", "caf\xef\xbf\xbd \xef\xbf\xbd", 2, 3);
    LOAD(NULL, PLACE_FOLDER, "GIF\0\0\0\0", "", 0, 0); /* no text */
    LOAD(NULL, PLACE_FOLDER, "a\0b",
         "a\xef\xbf\xbd"
         "b",
         1, 1);
    LOAD("latin1", PLACE_FOLDER, "caf\xe9", "caf\xc3\xa9", 0, 0);
    LOAD(NULL, PLACE_FOLDER,
         "\xff\xfe"
         "a\0\x00\xd8"
         "b\0",
         "a\xef\xbf\xbd"
         "b",
         1, 4);

    /* the reader has decoded records */
    LOAD("latin1", PLACE_RECORDS, "caf\xc3\xa9", "caf\xc3\xa9", 0, 0);
    LOAD("latin1", PLACE_RECORDS, "caf\xe9", "caf\xef\xbf\xbd", 1, 3);
}

/* Longer than what is read at once. */
static void test_load_long(void **state)
{
    (void)state;
    enum { LONG = 300000 };
    char *bytes = xcalloc(LONG + 1, 1);
    for (int i = 0; i < LONG; i++)
        bytes[i] = (char)('a' + i % 23);
    check_load(NULL, PLACE_FOLDER, true, bytes, LONG, (struct loaded){bytes, 0, 0});
    free(bytes);
}

/* The byte of the file, its mark included. */
static void test_load_behind_mark(void **state)
{
    (void)state;
    LOAD(NULL, PLACE_FOLDER,
         "\xef\xbb\xbf"
         "ab\xff",
         "ab\xef\xbf\xbd", 1, 5);
}

static void test_load_missing(void **state)
{
    (void)state;
    const struct source source = {.path = scratch, .part = -1};
    struct block block = {0};
    struct load_memory memory = {0};
    const char *text = NULL;
    size_t n = 0;
    block_clear(&block);
    struct block_document *document = block_add_document(&block);
    document->folder = block_add_string(&block, "texts", 5);
    document->name = block_add_string(&block, "gone", 4);
    document->is_unread = true;

    assert_int_equal(load_text(&source, NULL, &block, document, &memory, &text, &n),
                     ERR_NO_INPUT);
    expect_message("/texts/gone: cannot open: No such file");
    assert_null(text);
    load_memory_release(&memory);
    block_release(&block);
}

static const char *string_of(const struct block *block, size_t at)
{
    return at ? block->strings + at : "";
}

static void show_document(const struct block *block,
                          const struct block_document *document, struct shown *shown)
{
    const char *pieces[] = {string_of(block, document->folder), "/",
                            string_of(block, document->name),
                            string_of(block, document->label), "="};

    for (size_t i = 0; i < COUNT_OF(pieces); i++)
        shown_add(shown, pieces[i], strlen(pieces[i]));
    if (document->line)
        shown_number(shown, document->line, "=");
    shown_bytes(shown, block->text + document->text, document->n_text);
    shown_add(shown, document->is_unread ? "* " : " ", document->is_unread ? 2 : 1);
}

/* The documents, "FOLDER/NAME=TEXT " or "PATH/LABEL=LINE=TEXT ", "*" for a text
 * that is still in its file. */
static int read_source(const struct source *source, const struct records_options *options,
                       struct shown *shown, struct reader **reader)
{
    struct block block = {0};
    bool end = false;
    int rc = OK;
    *reader = reader_new(source, 1, options, NULL);

    while (!rc && !end) {
        block_clear(&block);
        rc = reader_take(*reader, &block, &end);
        for (size_t i = 0; i < block.n && !rc; i++)
            show_document(&block, &block.documents[i], shown);
    }
    block_release(&block);
    return rc;
}

/* Reads all of a source in the folder. */
static struct reader *check_source(const char *name, const char *class_name, int part,
                                   const char *expected)
{
    struct shown shown = {0};
    struct records_options options = {0};
    struct reader *reader = NULL;
    char *path = scratch_path(name);
    struct source source = {path, class_name, part};
    int rc = read_source(&source, &options, &shown, &reader);
    if (rc)
        fail_msg("%s", fail_message());
    expect_shown(&shown, expected);
    free(path);
    return reader;
}

static void refuse_source(const char *name, enum format format, const char *message)
{
    struct shown shown = {0};
    struct records_options options = {.format = format};
    struct reader *reader = NULL;
    char *path = scratch_path(name);
    struct source source = {path, NULL, -1};
    assert_int_equal(read_source(&source, &options, &shown, &reader), ERR_FORMAT);
    expect_message(message);
    shown_release(&shown);
    reader_free(reader);
    free(path);
}

static const struct packed reviews[] = {
    {"train/pos/1.txt", "good"},    {"train/neg/1.txt", "bad"},
    {"./test//neg/2.txt", "awful"}, {"train/unsup/3.txt", "who"},
    {"README", "read me"},          {"train/urls", "http"},
    {"train/.x/y", "hidden"},       {"train/new/", NULL}};

/* One file is left out; two could be records, but class folders were met before. */
static void check_notes(const struct reader *reader, const char *first,
                        const char *second)
{
    const struct reader_notes *notes = reader_notes(reader);
    assert_int_equal(notes->left_out.n, 1);
    assert_int_equal(notes->left_out.reasons[0].n, 1);
    assert_non_null(strstr(notes->left_out.reasons[0].what, "unsup"));
    assert_int_equal(notes->n_files, 2);
    assert_string_equal(notes->files[0].path, first);
    assert_string_equal(notes->files[1].path, second);
    for (int i = 0; i < 2; i++) {
        assert_null(notes->files[i].layout);
        assert_false(notes->files[i].is_told);
    }
}

static void test_class_folders(void **state)
{
    (void)state;
    write_archive("reviews.tar", false, reviews, COUNT_OF(reviews));
    struct reader *reader = check_source("reviews.tar", NULL, -1,
                                         "train/pos/1.txt=good train/neg/1.txt=bad "
                                         "test/neg/2.txt=awful ");
    check_notes(reader, "README", "train/urls");
    assert_int_equal(reader_notes(reader)->n_folders, 1);
    assert_string_equal(reader_notes(reader)->folders[0].path, "train/new");
    reader_free(reader);

    /* the texts of a folder's files are read by those who work on them */
    static const char *const folders[] = {"r",           "r/train",       "r/test",
                                          "r/train/pos", "r/train/unsup", "r/test/neg"};
    for (size_t i = 0; i < COUNT_OF(folders); i++)
        scratch_folder(folders[i]);
    scratch_write_text("r/train/pos/1.txt", "good");
    scratch_write_text("r/train/unsup/3.txt", "who");
    scratch_write_text("r/train/urls", "http");
    scratch_write_text("r/test/neg/2.txt", "awful");
    scratch_write_text("r/README", "read me");
    reader = check_source("r", NULL, -1, "test/neg/2.txt=* train/pos/1.txt=* ");
    check_notes(reader, "train/urls", "README");
    assert_int_equal(reader_notes(reader)->n_folders, 4); /* unsup is no class folder */
    reader_free(reader);
}

/* Of --test: which part a document is of is decided when all are known. */
static void test_one_part(void **state)
{
    (void)state;
    static const struct packed packed[] = {{"train/pos/1.txt", "good"},
                                           {"test/neg/2.txt", "bad"},
                                           {"test/pos/3.txt", "fine"}};
    static const struct packed bare[] = {{"neg/2.txt", "bad"}, {"pos/3.txt", "fine"}};

    write_archive("parts.tar", false, packed, 3);
    reader_free(check_source("parts.tar", NULL, DATASET_TEST,
                             "train/pos/1.txt=good test/neg/2.txt=bad "
                             "test/pos/3.txt=fine "));
    write_archive("bare.tar", false, bare, 2);
    reader_free(
        check_source("bare.tar", NULL, DATASET_TEST, "neg/2.txt=bad pos/3.txt=fine "));
    reader_free(check_source("bare.tar", NULL, -1, "neg/2.txt=bad pos/3.txt=fine "));
}

static void test_records(void **state)
{
    (void)state;
    static const char csv[] = "label,text\n pos\t,a film\nneg,\"no\nfilm\"\n";
    scratch_write_text("one.csv", csv);
    struct reader *reader =
        check_source("one.csv", NULL, -1, "/pos=2=a film /neg=3=no\\nfilm ");
    assert_int_equal(reader_notes(reader)->n_files, 1);
    assert_non_null(
        strstr(reader_notes(reader)->files[0].layout, "/one.csv: csv, separator"));
    reader_free(reader);

    scratch_folder("files");
    scratch_write_text("files/my-test.csv", csv);
    scratch_write_text("files/notes.txt", "beside");
    scratch_write_text("files/my-valid.csv", "");
    write_gzip("files/my-train.csv.gz", csv, sizeof csv - 1);
    reader = check_source("files", NULL, -1,
                          "my-test.csv/pos=2=a film "
                          "my-test.csv/neg=3=no\\nfilm "
                          "my-train.csv.gz/pos=2=a film "
                          "my-train.csv.gz/neg=3=no\\nfilm ");
    assert_int_equal(reader_notes(reader)->n_files, 4); /* the empty file's too */
    assert_non_null(strstr(reader_notes(reader)->files[3].trouble, "/notes.txt: "));
    assert_false(reader_notes(reader)->files[3].is_told);
    reader_free(reader);

    scratch_write_text("pos.list", "a film\n\nlast");
    reader_free(
        check_source("pos.list", "pos", DATASET_TRAIN, "/pos=1=a film /pos=3=last "));
}

/* UTF-16 with half a pair: counted in the notes, for the texts are whole by then. */
static void test_bad_records(void **state)
{
    (void)state;
    static const char bytes[] = "\xff\xfep\0,\0a\0b\0\n\0n\0,\0\x00\xd8\n\0";
    scratch_write("utf16.csv", bytes, sizeof bytes - 1);
    struct reader *reader =
        check_source("utf16.csv", NULL, -1, "/p=1=ab /n=2=\xef\xbf\xbd ");
    assert_int_equal(reader_notes(reader)->n_bad, 1);
    assert_non_null(strstr(reader_notes(reader)->bad, "/utf16.csv: byte 16"));
    reader_free(reader);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct packed links[] = {{"pos/1.txt", "good"},
                                          {"neg/1.txt", "@../pos"}};
    write_archive("links.tar", false, links, 2);
    refuse_source("links.tar", FORMAT_AUTO,
                  "/links.tar: neg/1.txt is a link: what it leads to");

    scratch_write_text("labels.csv", "label,text\npos,a\n \t,c\npos,d");
    refuse_source(
        "labels.csv", FORMAT_AUTO,
        "/labels.csv: line 3: the label is empty; expected the name of a class");
    scratch_write_text("labels.csv", "label,text\npos,a\np\xff,c\npos,d");
    refuse_source("labels.csv", FORMAT_AUTO, "line 3: the label is not valid UTF-8");
    refuse_source("labels.csv", FORMAT_FOLDERS,
                  "/labels.csv: one file; --format folders expects class folders");
}

/* What a file is decides later whether the corpus is refused for it. */
static void test_trouble(void **state)
{
    (void)state;
    static const struct packed inner[] = {{"pos/1.txt", "good"}};
    scratch_folder("outer");
    write_archive("outer/inner.csv", false, inner, 1);
    scratch_write_text("outer/labels.csv", "label,text\npos,a\n \t,c\npos,d");
    struct reader *reader = check_source("outer", NULL, -1, "labels.csv/pos=2=a ");
    const struct reader_notes *notes = reader_notes(reader);
    assert_int_equal(notes->n_files, 2);
    assert_non_null(strstr(notes->files[0].trouble, "/outer/inner.csv: an archive in"));
    assert_false(notes->files[0].is_told);
    assert_non_null(strstr(notes->files[1].trouble, "line 3: the label is empty"));
    assert_true(notes->files[1].is_told);
    reader_free(reader);
}

/* A file that could be a document, lines of a class and labelled texts is all of them. */
static void test_several_ways(void **state)
{
    (void)state;
    static const struct packed packed[] = {{"data/rt.pos", "pos\tgood\nneg\tbad\n"}};
    static const char all[] = "data/rt.pos=pos\tgood\\nneg\tbad\\n "
                              "data/rt.pos/pos=1=pos\tgood "
                              "data/rt.pos/pos=2=neg\tbad "
                              "data/rt.pos/pos=1=good data/rt.pos/neg=2=bad ";
    write_archive("several.tar", false, packed, 1);
    reader_free(check_source("several.tar", NULL, -1, all));
    write_archive("several.zip", true, packed, 1);
    reader_free(check_source("several.zip", NULL, -1, all));
}

/* More than a block holds: each document once, in order. */
static void test_many_blocks(void **state)
{
    (void)state;
    enum { MANY = 30000 };
    struct shown text = {0}, expected = {0};
    for (int i = 0; i < MANY; i++) {
        char *row = xasprintf("%s\ttext number %d of this corpus, %s\n",
                              i % 2 ? "pos" : "neg", i, i % 2 ? "good" : "bad");
        shown_add(&text, row, strlen(row));
        free(row);
        row = xasprintf("/%s=%d=text number %d of this corpus, %s ",
                        i % 2 ? "pos" : "neg", i + 1, i, i % 2 ? "good" : "bad");
        shown_add(&expected, row, strlen(row));
        free(row);
    }

    scratch_write("many.tsv", text.text, text.n);
    reader_free(check_source("many.tsv", NULL, -1, expected.text));
    shown_release(&text);
    shown_release(&expected);
}

static long peak_kib(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* A file leaves no more memory behind than its notes. */
static void test_many_files(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__)
    skip(); /* which keeps what is freed */
#endif
    enum { MANY = 3000, MOST_KIB = 12 << 10 };
    struct packed *files = xcalloc(MANY, sizeof *files);
    for (int i = 0; i < MANY; i++)
        files[i] = (struct packed){xasprintf("part-%05d.jsonl", i),
                                   "{\"label\": \"pos\", \"text\": \"good\"}\n"
                                   "{\"label\": \"neg\", \"text\": \"bad\"}\n"};
    write_archive("files.tar", false, files, MANY);

    struct records_options options = {0};
    char *path = scratch_path("files.tar");
    struct source source = {path, NULL, -1};
    struct reader *reader = reader_new(&source, 1, &options, NULL);
    struct block block = {0};
    long before = peak_kib();
    size_t n = 0;
    for (bool end = false; !end; n += block.n) {
        block_clear(&block);
        assert_int_equal(reader_take(reader, &block, &end), OK);
    }
    assert_int_equal(n, 2 * MANY);
    assert_true(peak_kib() - before < MOST_KIB);

    block_release(&block);
    reader_free(reader);
    for (int i = 0; i < MANY; i++)
        free((char *)(uintptr_t)files[i].name);
    free(files);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block),
        cmocka_unit_test(test_document_names),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_load_long),
        cmocka_unit_test(test_load_behind_mark),
        cmocka_unit_test(test_load_missing),
        cmocka_unit_test(test_class_folders),
        cmocka_unit_test(test_one_part),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_bad_records),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_trouble),
        cmocka_unit_test(test_several_ways),
        cmocka_unit_test(test_many_blocks),
        cmocka_unit_test(test_many_files),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
