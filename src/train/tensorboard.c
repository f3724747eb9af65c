#include "train/tensorboard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "files/file.h"

/* Keys of protobuf: the field's number and how it is written. */
enum {
    EVENT_WALL_TIME = 1 << 3 | 1, /* eight bytes */
    EVENT_STEP = 2 << 3,          /* a varint */
    EVENT_VERSION = 3 << 3 | 2,   /* bytes behind their number */
    EVENT_SUMMARY = 5 << 3 | 2,
    EVENT_SESSION = 7 << 3 | 2,
    SUMMARY_VALUE = 1 << 3 | 2,
    VALUE_TAG = 1 << 3 | 2,
    VALUE_SIMPLE = 2 << 3 | 5, /* four bytes */
    SESSION_STATUS = 1 << 3,
    SESSION_START = 1,
    HEAD = 12, /* a record's length with its checksum */
    TAIL = 4
};

struct tensorboard {
    int fd;
    char *path;
    bool has_failed;
};

uint32_t tensorboard_checksum(const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    uint32_t crc = 0xFFFFFFFF;

    for (size_t i = 0; i < n; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78 : 0);
    }
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xA282EAD8;
}

/* A message as it grows. */
struct message {
    unsigned char *bytes;
    size_t n;
};

static void put(struct message *message, const void *bytes, size_t n)
{
    message->bytes = xrealloc(message->bytes, message->n + n + 1, 1);
    memcpy(message->bytes + message->n, bytes, n);
    message->n += n;
}

/* Least significant byte first, whatever the processor's order. */
static void put_fixed(struct message *message, uint64_t value, size_t n)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)(value >> 8 * i);
    put(message, bytes, n);
}

static void put_varint(struct message *message, uint64_t value)
{
    unsigned char byte;
    do {
        byte = (unsigned char)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
        put(message, &byte, 1);
        value >>= 7;
    } while (value);
}

static void put_bytes(struct message *message, int key, const void *bytes, size_t n)
{
    put_varint(message, (uint64_t)key);
    put_varint(message, n);
    put(message, bytes, n);
}

static void put_value(struct message *summary, const char *tag, double value)
{
    struct message message = {.n = 0};
    float simple = (float)value;
    uint32_t bits;

    memcpy(&bits, &simple, sizeof bits);
    put_bytes(&message, VALUE_TAG, tag, strlen(tag));
    put_varint(&message, VALUE_SIMPLE);
    put_fixed(&message, bits, sizeof bits);
    put_bytes(summary, SUMMARY_VALUE, message.bytes, message.n);
    free(message.bytes);
}

static struct message event_at(int64_t step)
{
    struct message message = {.n = 0};
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    double seconds = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    uint64_t bits;

    memcpy(&bits, &seconds, sizeof bits);
    put_varint(&message, EVENT_WALL_TIME);
    put_fixed(&message, bits, sizeof bits);
    put_varint(&message, EVENT_STEP);
    put_varint(&message, (uint64_t)step);
    return message;
}

/* A message becomes a record; releases it. */
static int write_record(struct tensorboard *board, struct message *message)
{
    struct message record = {.n = 0};
    put_fixed(&record, message->n, 8);
    put_fixed(&record, tensorboard_checksum(record.bytes, 8), 4);
    put(&record, message->bytes, message->n);
    put_fixed(&record, tensorboard_checksum(message->bytes, message->n), TAIL);

    int failed = file_append(board->fd, (const char *)record.bytes, record.n);
    free(record.bytes);
    free(message->bytes);
    board->has_failed |= failed != 0;
    return failed ? fail(ERR_IO, "%s: cannot write: %s", board->path, strerror(errno))
                  : OK;
}

/* Bytes of the whole records of a file. */
static off_t whole_records(int fd, off_t size)
{
    unsigned char head[HEAD];
    off_t at = 0;

    while (pread(fd, head, HEAD, at) == HEAD) {
        uint64_t n = 0;
        for (int i = 7; i >= 0; i--)
            n = n << 8 | head[i];
        if (n > (uint64_t)(size - at) || at + HEAD + (off_t)n + TAIL > size)
            break;
        at += HEAD + (off_t)n + TAIL;
    }
    return at;
}

int tensorboard_open(const struct directory *run_dir, bool goes_on,
                     struct tensorboard **board)
{
    static const char version[] = "brain.Event:2";
    struct tensorboard *made = xcalloc(1, sizeof *made);
    struct stat status = {0};
    int rc = goes_on ? OK : directory_remove(run_dir, TENSORBOARD_FILE);
    made->path = directory_path(run_dir, TENSORBOARD_FILE);
    made->fd =
        openat(run_dir->fd, TENSORBOARD_FILE,
               O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);

    bool is_open =
        made->fd >= 0 && fstat(made->fd, &status) == 0 && S_ISREG(status.st_mode);
    off_t keep = is_open && goes_on ? whole_records(made->fd, status.st_size) : 0;
    if (!rc && (!is_open || ftruncate(made->fd, keep) != 0))
        rc = fail(ERR_IO, "%s: cannot write: %s", made->path,
                  made->fd >= 0 && !is_open ? "it is no file" : strerror(errno));
    if (rc) {
        tensorboard_close(made);
        return rc;
    }

    *board = made;
    if (keep > 0)
        return OK;
    struct message message = event_at(0);
    put_bytes(&message, EVENT_VERSION, version, sizeof version - 1);
    return write_record(made, &message);
}

void tensorboard_close(struct tensorboard *board)
{
    if (!board)
        return;
    if (board->fd >= 0)
        close(board->fd);
    free(board->path);
    free(board);
}

/* All numbers of an event, as "test_loss" those of a part. */
static struct message summary_of(const json_t *event, const char *part)
{
    struct message summary = {.n = 0};
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)event, key, value)
    {
        bool is_step = !strcmp(key, "epoch") || !strcmp(key, "n");
        char *tag = xasprintf("%s%s%s", part, *part ? "_" : "", key);
        if (json_is_number(value) && !is_step)
            put_value(&summary, tag, json_number_value(value));
        free(tag);
    }
    return summary;
}

int tensorboard_take(struct tensorboard *board, const json_t *event)
{
    static const unsigned char start[] = {SESSION_STATUS, SESSION_START};
    const char *name = json_string_value(json_object_get(event, "event"));
    const char *which = json_string_value(json_object_get(event, "which"));
    int64_t step = json_integer_value(json_object_get(event, "epoch"));
    bool is_result = name && which && !strcmp(which, "best");
    bool is_epoch = name && !strcmp(name, "epoch");
    bool is_resume = name && !strcmp(name, "resume");
    if (!board || board->has_failed || !(is_result || is_epoch || is_resume))
        return OK;

    struct message message = event_at(step);
    if (is_resume) {
        put_bytes(&message, EVENT_SESSION, start, sizeof start);
        return write_record(board, &message);
    }
    struct message summary = summary_of(event, is_result ? name : "");
    put_bytes(&message, EVENT_SUMMARY, summary.bytes, summary.n);
    free(summary.bytes);
    return write_record(board, &message);
}
