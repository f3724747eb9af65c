/* A file of records on its way into blocks: bytes of any encoding -> labelled texts ->
 * documents. */
#ifndef RNNTRAIN_INPUT_RECORD_FILE_H
#define RNNTRAIN_INPUT_RECORD_FILE_H

#include "input/input.h"
#include "input/reader.h"

struct record_file;

enum { RECORD_FILE_PIECE = 64 << 10 }; /* bytes that are read at once */

/* What is read, from where; all borrowed. */
struct record_file_start {
    const struct source *source;
    int source_number; /* as documents have it */
    enum place_kind kind;
    const char *class_name; /* NULL: texts have labels; copied */
    const char *path;       /* within the source, "" if it is the source; copied */
    struct input *input;    /* at the file's first byte */
    const struct records_options *options;
    const char *encoding; /* NULL: UTF-8 */
    char *piece;          /* (RECORD_FILE_PIECE) to read into */
};
struct record_file *record_file_new(const struct record_file_start *start);
void record_file_free(struct record_file *file);

/* The documents of the next piece, into the block; *end: there is no other piece. A block
 * without documents is a new one. */
int record_file_read(struct record_file *file, struct block *block, bool *end) NODISCARD;

/* Whether it is known how it is to be read. */
bool record_file_is_told(const struct record_file *file);

/* How it was read: "reviews.csv: csv, ..."; the caller's to free. */
char *record_file_layout(const struct record_file *file);

/* The names of its columns or fields, a line each; NULL: they are not known; the caller's
 * to free. */
char *record_file_names(const struct record_file *file);

/* The labels that have a column each, a line each; NULL: there are none; the caller's to
 * free. */
char *record_file_label_columns(const struct record_file *file);

/* Whether it could not be read since it has texts and no labels. */
bool record_file_lacks_labels(const struct record_file *file);

/* Moves what was left out of it behind `left`. */
void record_file_left_out(struct record_file *file, struct left_out *left);

/* How many sequences the encoding did not have; *first: "reviews.csv: byte 12", NULL if
 * there was none; the caller's to free. */
int64_t record_file_bad(const struct record_file *file, char **first);

#endif
