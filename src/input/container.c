#include "input/container.h"

#include <string.h>
#include <strings.h>

#include "files/h5.h"
#include "input/block.h"

/* How a text is made of it; where the file's name stands. */
enum remedy {
    REMEDY_PANDAS,  /* `use` is the function that reads it */
    REMEDY_UNPACK,  /* the command that writes it unpacked to standard output */
    REMEDY_EXTRACT, /* the command that unpacks it into the present folder */
    REMEDY_DO       /* what to do, as it stands */
};

struct container {
    const char *what;  /* "a Parquet file" */
    const char *magic; /* n bytes, from the offset on */
    size_t n, offset;
    enum remedy remedy;
    const char *use;
};

#define MAGIC(text) text, sizeof(text) - 1

static const char save_as_text[] = "save what it says as text (UTF-8)";
static const char is_picture[] = "a corpus holds texts, no pictures";
static const char is_program_s[] = "export what it holds as CSV";

static const struct container containers[] = {
    {"a Parquet file", MAGIC("PAR1"), 0, REMEDY_PANDAS, "read_parquet"},
    {"a Feather file", MAGIC("FEA1"), 0, REMEDY_PANDAS, "read_feather"},
    {"an Arrow or Feather file", MAGIC("ARROW1"), 0, REMEDY_PANDAS, "read_feather"},
    {"an Arrow stream", MAGIC("\xff\xff\xff\xff"), 0, REMEDY_DO,
     "`python3 -c \"import sys, pyarrow; "
     "pyarrow.ipc.open_stream(sys.argv[1]).read_pandas().to_csv('corpus.csv', "
     "index=False)\" FILE` makes a CSV of it"},
    {"an Avro file", MAGIC("Obj\001"), 0, REMEDY_DO,
     "`avro-tools tojson FILE | rnnprep --format jsonl -` reads it"},
    {"a JSON text sequence (RFC 7464)", MAGIC("\x1e{"), 0, REMEDY_DO,
     "`tr -d '\\036' <FILE | rnnprep -` reads it"},
    {"a pickle of Python", MAGIC("\x80\2"), 0, REMEDY_PANDAS, "read_pickle"},
    {"a pickle of Python", MAGIC("\x80\3"), 0, REMEDY_PANDAS, "read_pickle"},
    {"a pickle of Python", MAGIC("\x80\4"), 0, REMEDY_PANDAS, "read_pickle"},
    {"a pickle of Python", MAGIC("\x80\5"), 0, REMEDY_PANDAS, "read_pickle"},
    {"an array of NumPy", MAGIC("\x93NUMPY"), 0, REMEDY_DO,
     "save texts and labels as CSV (pandas.DataFrame(...).to_csv)"},
    {"a Stata file", MAGIC("\x71\2\1\0"), 0, REMEDY_PANDAS, "read_stata"},
    {"a Stata file", MAGIC("\x72\2\1\0"), 0, REMEDY_PANDAS, "read_stata"},
    {"a Stata file", MAGIC("\x73\2\1\0"), 0, REMEDY_PANDAS, "read_stata"},
    {"a Stata file", MAGIC("<stata_dta>"), 0, REMEDY_PANDAS, "read_stata"},
    {"an SPSS file", MAGIC("$FL2@(#)"), 0, REMEDY_PANDAS, "read_spss"},
    {"an R workspace", MAGIC("RDX2\n"), 0, REMEDY_DO, "write.csv of R makes a CSV"},
    {"an R workspace", MAGIC("RDX3\n"), 0, REMEDY_DO, "write.csv of R makes a CSV"},
    {"an R object", MAGIC("X\n\0\0\0\2"), 0, REMEDY_DO, "write.csv of R makes a CSV"},
    {"an R object", MAGIC("X\n\0\0\0\3"), 0, REMEDY_DO, "write.csv of R makes a CSV"},
    {"a MATLAB file", MAGIC("MATLAB 5.0 MAT-file"), 0, REMEDY_DO, is_program_s},
    {"an SQLite database", MAGIC("SQLite format 3\0"), 0, REMEDY_DO,
     "`sqlite3 -header -csv FILE 'select text, label from TABLE' | rnnprep -` reads a "
     "table"},

    {"a 7z archive", MAGIC("7z\xbc\xaf\x27\x1c"), 0, REMEDY_EXTRACT, "7z x"},
    {"a RAR archive", MAGIC("Rar!\x1a\7"), 0, REMEDY_EXTRACT, "unrar x"},
    {"packed by lz4", MAGIC("\4\x22\x4d\x18"), 0, REMEDY_UNPACK, "lz4 -dc"},
    {"packed by lz4", MAGIC("\2\x21\x4c\x18"), 0, REMEDY_UNPACK, "lz4 -dc"},
    {"packed by lzma", MAGIC("\x5d\0\0"), 0, REMEDY_UNPACK, "xz --format=lzma -dc"},
    {"packed by lzip", MAGIC("LZIP\1"), 0, REMEDY_UNPACK, "lzip -dc"},
    {"packed by lzop", MAGIC("\x89LZO\0\r\n\x1a\n"), 0, REMEDY_UNPACK, "lzop -dc"},
    {"packed by compress", MAGIC("\x1f\x9d"), 0, REMEDY_UNPACK, "gzip -dc"},
    {"packed by Snappy", MAGIC("\xff\6\0\0sNaPpY"), 0, REMEDY_UNPACK, "snzip -dc"},
    {"an ar archive", MAGIC("!<arch>\n"), 0, REMEDY_EXTRACT, "ar x"},

    {"a document of an older Office (xls, doc, ppt)",
     MAGIC("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 0, REMEDY_DO, "save it as CSV (UTF-8)"},
    {"a PDF document", MAGIC("%PDF-"), 0, REMEDY_DO,
     "`pdftotext FILE` makes a text of it"},
    {"a PostScript document", MAGIC("%!PS-"), 0, REMEDY_DO, save_as_text},
    {"an RTF document", MAGIC("{\\rtf"), 0, REMEDY_DO, save_as_text},
    {"a pointer of Git LFS, not the file",
     MAGIC("version https://git-lfs.github.com/spec/"), 0, REMEDY_DO,
     "`git lfs pull` fetches the file"},
    {"a picture (PNG)", MAGIC("\x89PNG\r\n\x1a\n"), 0, REMEDY_DO, is_picture},
    {"a picture (JPEG)", MAGIC("\xff\xd8\xff"), 0, REMEDY_DO, is_picture},
    {"a picture (GIF)", MAGIC("GIF87a"), 0, REMEDY_DO, is_picture},
    {"a picture (GIF)", MAGIC("GIF89a"), 0, REMEDY_DO, is_picture},
    {"a picture (TIFF)", MAGIC("II*\0"), 0, REMEDY_DO, is_picture},
    {"a picture (TIFF)", MAGIC("MM\0*"), 0, REMEDY_DO, is_picture},
    {"a picture (WebP)", MAGIC("WEBPVP8"), 8, REMEDY_DO, is_picture},
    {"a sound (WAVE)", MAGIC("WAVEfmt "), 8, REMEDY_DO,
     "a corpus holds texts, no sounds"},
    {"a program",
     MAGIC("\x7f"
           "ELF"),
     0, REMEDY_DO, "give the corpus"},
};

/* What files and archives are packed by that are read: within what was unpacked they are
 * refused. */
static const struct {
    const char *name;
    struct container within;
} packings[] = {
    {"gzip",
     {"gzip within what was unpacked (packed twice)", MAGIC("\x1f\x8b\x08"), 0, REMEDY_DO,
      "unpack it once (gunzip, unzip) and give what comes out"}},
    {"xz",
     {"xz within what was unpacked (packed twice)",
      MAGIC("\xfd"
            "7zXZ\0"),
      0, REMEDY_DO, "unpack it once (xz -d, unzip) and give what comes out"}},
    {"zstd",
     {"zstd within what was unpacked (packed twice)", MAGIC("\x28\xb5\x2f\xfd"), 0,
      REMEDY_DO, "unpack it once (zstd -d, unzip) and give what comes out"}},
    {"bzip2",
     {"bzip2 within what was unpacked (packed twice)", MAGIC("1AY&SY"), 4, REMEDY_DO,
      "unpack it once (bunzip2, unzip) and give what comes out"}},
    {"zip",
     {"a zip archive within another archive", MAGIC("PK\3\4"), 0, REMEDY_DO,
      "unpack the outer one and give the inner one"}},
    {"tar",
     {"a tar archive within another archive", MAGIC("ustar"), 257, REMEDY_DO,
      "unpack the outer one and give the inner one"}},
};

static const struct container orc = {"an ORC file", MAGIC("ORC"), 0, REMEDY_PANDAS,
                                     "read_orc"};

/* Entries by which programs know their own archives: names from the top or, with a dot in
 * front, their endings. */
static const struct {
    const char *entry, *what, *remedy;
} archives[] = {
    {"[Content_Types].xml", "a workbook or document of Office (xlsx, docx, pptx)",
     "save the sheet as CSV (UTF-8), or `python3 -c \"import sys, pandas; "
     "pandas.read_excel(sys.argv[1]).to_csv('corpus.csv', index=False)\" FILE` and "
     "`rnnprep corpus.csv`"},
    {"mimetype", "a document (odt, ods, epub)", "save it as CSV or text (UTF-8)"},
    {"META-INF/MANIFEST.MF", "a Java archive", "give the corpus"},
    {"AndroidManifest.xml", "an Android package", "give the corpus"},
    {"Index/Document.iwa", "a document of iWork (numbers, pages)",
     "export it as CSV (UTF-8)"},
    {".npy", "arrays of NumPy (npz)",
     "save texts and labels as CSV (pandas.DataFrame(...).to_csv)"},
    {"archive/data.pkl", "a model of PyTorch", "give the corpus"},
    {"model.weights.h5", "a model of Keras",
     "`rnntrain inspect FILE` shows it; --tokenizer FILE takes its vocabulary"},
};

static bool begins(const struct container *container, const char *bytes, size_t n)
{
    return n >= container->offset + container->n &&
           bytes[container->offset] == *container->magic &&
           !memcmp(bytes + container->offset, container->magic, container->n);
}

static int refuse(const char *name, const struct container *container)
{
    const char *what = container->what, *use = container->use;
    const char *operand = block_operand(name, "FILE");

    switch (container->remedy) {
    case REMEDY_PANDAS:
        return fail(
            ERR_FORMAT,
            "%s: %s, expected text; `python3 -c \"import sys, pandas; "
            "pandas.%s(sys.argv[1]).to_csv('corpus.csv', index=False)\" %s` makes "
            "a CSV of it",
            name, what, use, operand);
    case REMEDY_UNPACK:
        return fail(ERR_FORMAT, "%s: %s, expected text; `%s %s | rnnprep -` reads it",
                    name, what, use, operand);
    case REMEDY_EXTRACT:
        return fail(ERR_FORMAT,
                    "%s: %s, which is not read; `%s %s` unpacks it: give what comes out",
                    name, what, use, operand);
    case REMEDY_DO:
        break;
    }
    return fail(ERR_FORMAT, "%s: %s, expected text; %s", name, what, use);
}

/* "ORC" alone may begin a text. */
static bool is_orc(const char *bytes, size_t n)
{
    bool is = false;
    if (n < 64 || memcmp(bytes, "ORC", 3))
        return false;
    for (size_t i = 3; i < 64; i++)
        is |= (unsigned char)bytes[i] < '\t';
    return is;
}

/* TensorFlow's records: a length of eight bytes, its checksum, a message whose first
 * field is another message. */
static bool is_tfrecord(const char *bytes, size_t n)
{
    return n > 16 && (bytes[0] || bytes[1]) && !memcmp(bytes + 3, "\0\0\0\0\0", 5) &&
           bytes[12] == '\n';
}

/* Text has hardly a zero byte, unless each character has two or four bytes. */
static int check_zeros(const char *name, const char *bytes, size_t n)
{
    size_t zeros[4] = {0}, n_control = 0,
           n_looked = n < CONTAINER_BYTES ? n : CONTAINER_BYTES;
    if (!memchr(bytes, '\0', n_looked))
        return OK;
    for (size_t i = 0; i < n_looked; i++) {
        zeros[i % 4] += bytes[i] == '\0';
        n_control += bytes[i] > '\0' && bytes[i] < '\t';
    }

    bool is_marked =
        n >= 2 && (!memcmp(bytes, "\xff\xfe", 2) || !memcmp(bytes, "\xfe\xff", 2) ||
                   (n >= 4 && !memcmp(bytes, "\0\0\xfe\xff", 4)));
    size_t even = zeros[0] + zeros[2], odd = zeros[1] + zeros[3];
    if (even + odd < 2 || (even + odd) * 10 < n_looked || n_looked < 4 || is_marked)
        return OK;

    const char *encoding = zeros[2] * 8 > n_looked && zeros[3] * 8 > n_looked ? "utf-32le"
                           : zeros[0] * 8 > n_looked && zeros[1] * 8 > n_looked
                               ? "utf-32be"
                           : odd > 4 * even ? "utf-16le"
                           : even > 4 * odd ? "utf-16be"
                                            : NULL;
    if (encoding && !n_control)
        return fail(ERR_FORMAT,
                    "%s: looks like UTF-%.2s without a byte order mark; --encoding %s "
                    "reads it",
                    name, encoding + 4, encoding);
    return fail(ERR_FORMAT,
                "%s: binary data, expected text: %zu of its first %zu bytes "
                "are zero",
                name, even + odd, n_looked);
}

const char *container_packing(const char *bytes, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(packings); i++)
        if (begins(&packings[i].within, bytes, n))
            return packings[i].name;
    return NULL;
}

int container_check(const char *name, const char *bytes, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(containers); i++)
        if (begins(&containers[i], bytes, n))
            return refuse(name, &containers[i]);
    for (size_t i = 0; i < COUNT_OF(packings); i++)
        if (begins(&packings[i].within, bytes, n))
            return refuse(name, &packings[i].within);

    if (is_orc(bytes, n))
        return refuse(name, &orc);
    if (is_tfrecord(bytes, n))
        return fail(ERR_FORMAT,
                    "%s: records of TensorFlow, expected text; write texts and labels as "
                    "CSV (tf.data.TFRecordDataset reads them)",
                    name);
    if (h5_is_one(bytes, n))
        return fail(
            ERR_FORMAT,
            "%s: an HDF5 file, expected a corpus; `rnnprep inspect` shows what is "
            "in a data set",
            name);
    return check_zeros(name, bytes, n);
}

/* Whether the second line of a table is a rule, as "|---|:--|" and "----+----" are. */
static bool has_rule(const char *bytes, size_t n)
{
    const char *line = memchr(bytes, '\n', n);
    line = line ? line + 1 : bytes + n;
    size_t left = n - (size_t)(line - bytes);
    const char *end = memchr(line, '\n', left);
    size_t n_line = end ? (size_t)(end - line) : left, n_dashes = 0, n_bars = 0;

    for (size_t i = 0; i < n_line; i++) {
        n_dashes += line[i] == '-';
        n_bars += line[i] == '|' || line[i] == '+';
        if (!memchr("-|+: \r", line[i], 6))
            return false;
    }
    return n_dashes >= 3 && n_bars > 0;
}

int container_check_page(const char *name, const char *bytes, size_t n)
{
    static const struct {
        const char *mark, *what;
    } pages[] = {{"<!doctype html", "a web page"},
                 {"<html", "a web page"},
                 {"<?xml", "an XML file"}};
    size_t at = 0;
    while (at < n && strchr(" \t\r\n", bytes[at]))
        at++;

    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        size_t n_mark = strlen(pages[i].mark);
        if (n - at >= n_mark && !strncasecmp(bytes + at, pages[i].mark, n_mark))
            return fail(ERR_FORMAT,
                        "%s: %s, expected a text and a label in every row; is it what "
                        "was to be downloaded? (--format says what it is)",
                        name, pages[i].what);
    }
    if (has_rule(bytes, n))
        return fail(ERR_FORMAT,
                    "%s: a table with a rule below its head, as Markdown and psql have "
                    "it; expected rows alone: `sed 2d FILE | rnnprep --separator '|' -`",
                    name);
    return OK;
}

static bool is_entry(const char *entry, const char *mark)
{
    size_t n = strlen(entry), n_mark = strlen(mark);
    return *mark == '.'
               ? n > n_mark && !strcmp(entry + n - n_mark, mark) && !strchr(entry, '/')
               : !strcmp(entry, mark);
}

int container_check_entry(const char *archive, const char *entry)
{
    while (!strncmp(entry, "./", 2))
        entry += 2;
    for (size_t i = 0; i < COUNT_OF(archives); i++)
        if (is_entry(entry, archives[i].entry))
            return fail(ERR_FORMAT, "%s: %s, expected a corpus; %s", archive,
                        archives[i].what, archives[i].remedy);
    return OK;
}
