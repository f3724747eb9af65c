/* What rnnprep does with a corpus, from the options to the data set: rnnprep.c takes the
 * steps, sources.c finds what is to be read, reading.c reads it, unlabelled.c what has
 * no labels, tokenizer.c has what makes numbers of words, fitting.c fits it, writing.c
 * writes it all. */
#ifndef PREPROCESS_JOB_H
#define PREPROCESS_JOB_H

#include "choosing.h"
#include "unlabelled.h"
#include "words/encode.h"
#include "words/intake.h"
#include "words/ngram_count.h"
#include "words/vocabulary.h"

#include "data/own_vectors.h"
#include "data/row_notes.h"

struct make_options;

enum { JOB_MOST_SOURCES = 1024 };

struct job {
    struct choosing choosing;
    const struct settings *settings; /* those of choosing */
    struct source sources[JOB_MOST_SOURCES];
    char *class_names[JOB_MOST_SOURCES]; /* of --class; owned */
    int n_sources, n_threads;
    struct records_options records;
    struct text_tokenizer *tokenizer;
    struct reader *reader;
    struct block first; /* taken from it before intake does */
    struct corpus corpus;
    struct unlabelled unlabelled; /* beside it */
    struct vocabulary vocabulary;
    int64_t n_forgotten;
    struct spool spool;
    struct text_spool texts; /* of the corpus, where they are kept */
    int32_t *map;            /* (n_numbers) from the spool's numbers to the tokenizer's */
    int32_t n_numbers;
    struct ngrams ngrams; /* n 0: none; brought by the tokenizer's file, or counted */
    bool brings_ngrams;
    struct ngram_rows ngram_rows;
    struct ngram_tally ngram_tally; /* of those that were counted */
    struct own_vectors vectors;     /* width 0: none */
    struct tally tally, unlabelled_tally;
};

/* The files and folders that CORPUS and the options name; CORPUS may be NULL. */
int job_find_sources(struct job *job, const char *corpus) NODISCARD;
/* Refuses one that the output would replace. */
int job_check_source(const struct job *job, const char *path) NODISCARD;

/* How texts come in from a reader into a corpus, as the options say. */
struct intake job_intake(struct job *job, struct reader *reader, struct corpus *corpus);

/* Reads the corpus with a tokenizer, and settles it; and what that made is released. */
int job_read(struct job *job) NODISCARD;
void job_forget(struct job *job);

/* Fits the tokenizer, finds the n-grams and chooses what --for leaves to be chosen. */
int job_fit(struct job *job) NODISCARD;

/* A tokenizer of the options, to be fitted; or that of a data set or a JSON file. */
int job_make_tokenizer(struct job *job) NODISCARD;
int job_load_tokenizer(struct job *job) NODISCARD;
/* Whether texts' marks are kept, once the tokenizer is there. */
bool job_keeps_marks(const struct job *job);
/* Counts the n-grams that the settings ask for, or takes those that were brought, and
 * finds which of them each row has. The vocabulary and the map are there. */
int job_find_ngrams(struct job *job) NODISCARD;

/* Ids that rows can have, the pad among them. */
int job_num_words(const struct job *job);
/* Makes the vectors that the settings ask for; the vocabulary is there. And how. */
int job_make_vectors(struct job *job) NODISCARD;
struct make_options job_vectors_options(const struct job *job);

/* Refuses what would make a data set that no reader takes. */
int job_check_vocabulary(const struct job *job) NODISCARD;

/* Where rows come from and their texts, as the settings say, for the data set; release
 * with job_forget_notes. */
struct job_notes {
    struct job *job;
    size_t *skipped; /* of origins, by source */
    char *origin;    /* the last */
    int first[DATASET_PARTS];
    struct row_notes_source source;
};
void job_take_notes(struct job *job, struct dataset *data, struct job_notes *notes);
void job_forget_notes(struct job_notes *notes);

/* Writes the data set. */
int job_write(struct job *job) NODISCARD;

/* What was corrected or looks odd is said however quiet it shall be. */
void job_say_notes(const struct corpus *corpus);

#endif
