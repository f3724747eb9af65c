/* Archives of Keras 3: zip files of the configuration, the weights and metadata. */
#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/base.h"
#include "files/file.h"
#include "files/zip.h"

static const char metadata[] = "{\"keras_version\":\"3.6.0\"}";

static void write_file(const char *name, const char *bytes, size_t n)
{
    char *path = xasprintf("%s/%s", folder, name);
    if (file_replace(path, bytes, n, false))
        die("%s", fail_message());
    free(path);
}

static void pack(const char *name, const struct zip_entry *entries, size_t n)
{
    char *bytes = NULL;
    size_t n_bytes = 0;
    zip_write(entries, n, &bytes, &n_bytes);
    write_file(name, bytes, n_bytes);
    free(bytes);
}

/* One entry of nothing but spaces, deflated. */
static void make_bomb(const char *name, const char *entry_name, size_t n)
{
    char *path = xasprintf("%s/%s", folder, name), *spaces = xcalloc(n, 1);
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();

    memset(spaces, ' ', n);
    archive_write_set_format_zip(archive);
    if (archive_write_open_filename(archive, path) != ARCHIVE_OK)
        die("%s", archive_error_string(archive));

    for (int i = 0; i < 2; i++) { /* metadata.json comes first */
        bool is_bomb = i || !strcmp(entry_name, "metadata.json");
        archive_entry_clear(entry);
        archive_entry_set_pathname(entry, i ? entry_name : "metadata.json");
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_size(entry, (la_int64_t)(is_bomb ? n : strlen(metadata)));

        if (archive_write_header(archive, entry) != ARCHIVE_OK ||
            archive_write_data(archive, is_bomb ? spaces : metadata,
                               is_bomb ? n : strlen(metadata)) < 0)
            die("%s", archive_error_string(archive));
    }

    archive_entry_free(entry);
    archive_write_free(archive);
    free(spaces);
    free(path);
}

/* The good archive with some bytes behind the first `mark` changed. */
static void make_changed(const char *name, const char *bytes, size_t n, const char *mark,
                         size_t at, unsigned char value)
{
    char *copy = xcalloc(n, 1);

    memcpy(copy, bytes, n);
    for (size_t i = 0; i + strlen(mark) + at + 4 < n; i++)
        if (!memcmp(copy + i, mark, strlen(mark))) {
            memset(copy + i + at, value, 4);
            break;
        }
    write_file(name, copy, n);
    free(copy);
}

void make_archives(void)
{
    char *path = xasprintf("%s/good.h5", folder), *weights = NULL, *zip = NULL;
    size_t n = 0, n_zip = 0;

    if (file_read(path, &weights, &n))
        die("%s", fail_message());
    struct zip_entry good[] = {{"metadata.json", metadata, strlen(metadata)},
                               {"config.json", GOOD, strlen(GOOD)},
                               {"model.weights.h5", weights, n}};

    pack("good.keras", good, 3);
    zip_write(good, 3, &zip, &n_zip);
    make_changed("crc.keras", zip, n_zip, "Sequential", 0, 'x');
    make_changed("sizes.keras", zip, n_zip, "PK\x01\x02", 20, 0xff);
    make_changed("offset.keras", zip, n_zip, "PK\x01\x02", 42, 0x7f);

    good[2] = (struct zip_entry){"model.weights.h5", "no HDF5", 7};
    pack("text.keras", good, 3);
    pack("weightless.keras", good, 2);
    good[1].name = "../config.json";
    pack("odd.keras", good, 3);
    good[1] = (struct zip_entry){"config.json", "\xff\xfe\xfd", 3};
    good[2] = (struct zip_entry){"model.weights.h5", weights, n};
    pack("bytes.keras", good, 3);
    pack("empty.keras", good, 0);

    make_bomb("bomb.keras", "config.json", (size_t)100 << 20);
    make_bomb("bomb_metadata.keras", "metadata.json", (size_t)100 << 20);

    free(zip);
    free(weights);
    free(path);
}
