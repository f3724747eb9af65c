#include "input/gunzip.h"

#include <stdlib.h>

#include <zlib.h>

enum {
    GUNZIP_BYTES = 1 << 16,
    GUNZIP_WINDOW = 15 + 16, /* with gzip's header */
    GUNZIP_MAGIC = 0x1f      /* each member's first byte */
};

struct gunzip {
    gunzip_source *source;
    void *context;
    z_stream stream;
    bool started, is_packed;
    bool in_member; /* between a member's header and its checksum */
    bool has_ended; /* the source */
    char *bytes;    /* (GUNZIP_BYTES) unpacked; NULL: it is not packed */
};

struct gunzip *gunzip_new(gunzip_source *source, void *context)
{
    struct gunzip *gunzip = xcalloc(1, sizeof *gunzip);
    gunzip->source = source;
    gunzip->context = context;
    return gunzip;
}

void gunzip_free(struct gunzip *gunzip)
{
    if (!gunzip)
        return;
    if (gunzip->is_packed)
        inflateEnd(&gunzip->stream);
    free(gunzip->bytes);
    free(gunzip);
}

static int damaged(void)
{
    return fail(ERR_FORMAT, "the gzip archive is damaged, or not all of it is here");
}

/* Between members: zeros, which pad files to a block, are passed over. */
static int check_behind(z_stream *stream)
{
    for (; stream->avail_in > 0 && *stream->next_in == 0; stream->avail_in--)
        stream->next_in++;
    if (stream->avail_in == 0 || *stream->next_in == GUNZIP_MAGIC)
        return OK;
    return fail(ERR_FORMAT, "behind the end of what gzip packed stand other bytes, as "
                            "where two files were joined");
}

static int fill(struct gunzip *gunzip)
{
    const char *bytes = NULL;
    size_t n = 0;
    int rc = gunzip->source(gunzip->context, &bytes, &n);
    gunzip->has_ended = n == 0;
    gunzip->stream.next_in = (unsigned char *)(uintptr_t)bytes;
    gunzip->stream.avail_in = (unsigned)n;
    return rc;
}

static int start(struct gunzip *gunzip)
{
    int rc = fill(gunzip);
    const unsigned char *magic = gunzip->stream.next_in;
    gunzip->started = true;
    gunzip->is_packed = !rc && gunzip->stream.avail_in >= 2 && magic[0] == GUNZIP_MAGIC &&
                        magic[1] == 0x8b;
    if (!gunzip->is_packed)
        return rc;

    if (inflateInit2(&gunzip->stream, GUNZIP_WINDOW) != Z_OK)
        die("zlib cannot begin to inflate");
    gunzip->bytes = xcalloc(GUNZIP_BYTES, 1);
    return rc;
}

/* Into gunzip->bytes until some are there or all was read. */
static int inflate_some(struct gunzip *gunzip, size_t *n)
{
    z_stream *stream = &gunzip->stream;
    stream->next_out = (unsigned char *)gunzip->bytes;
    stream->avail_out = GUNZIP_BYTES;

    while (stream->avail_out == GUNZIP_BYTES) {
        int rc = stream->avail_in == 0 && !gunzip->has_ended ? fill(gunzip) : OK;
        if (!rc && !gunzip->in_member)
            rc = check_behind(stream);
        if (rc)
            return rc;
        if (gunzip->has_ended && stream->avail_in == 0) {
            *n = 0;
            return gunzip->in_member ? damaged() : OK;
        }
        if (stream->avail_in == 0)
            continue;

        int status = inflate(stream, Z_NO_FLUSH);
        gunzip->in_member = status != Z_STREAM_END;
        if (status == Z_STREAM_END)
            inflateReset(stream); /* gzip files may stand one behind the other */
        else if (status != Z_OK && status != Z_BUF_ERROR)
            return damaged();
    }
    *n = GUNZIP_BYTES - stream->avail_out;
    return OK;
}

int gunzip_read(struct gunzip *gunzip, const char **bytes, size_t *n)
{
    bool is_first = !gunzip->started;
    int rc = is_first ? start(gunzip) : OK;
    if (rc)
        return rc;

    if (gunzip->is_packed) {
        *bytes = gunzip->bytes;
        return inflate_some(gunzip, n);
    }

    rc = is_first ? OK : fill(gunzip);
    *bytes = (const char *)gunzip->stream.next_in;
    *n = gunzip->stream.avail_in;
    return rc;
}
