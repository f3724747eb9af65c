/* Rows of a data set that are judged together: a part, or what a run set aside of one to
 * validate on. */
#ifndef RNNTRAIN_COMMANDS_SELECTION_H
#define RNNTRAIN_COMMANDS_SELECTION_H

#include "data/dataset.h"
#include "judge/judge.h"
#include "serve/predictor.h"
#include "train/evaluate.h"

struct selection {
    enum dataset_part part;
    const char *shown; /* what people call them; borrowed */
    int32_t *rows;     /* (n) numbers in the part; owned */
    int n;
};

/* All rows of a part. */
void selection_all(const struct dataset *data, enum dataset_part part, const char *shown,
                   struct selection *selection);
/* The same or, of the validation part where there is none, the training rows that the
 * predictor's run set aside; where it speaks, a note on standard error says so. `data`
 * has its columns, with the classes of its file. */
int selection_find(const struct predictor *predictor, const struct dataset *data,
                   enum dataset_part part, bool speaks,
                   struct selection *selection) NODISCARD;
void selection_release(struct selection *selection);

/* How they are judged. */
struct selection_how {
    const struct comm *comm; /* whose ranks all have predictor and data; NULL: alone */
    const char *isa;         /* as --isa; borrowed */
    int window;              /* rows of one; 0: all are in memory */
    int n_threads;           /* at most */
};

/* Collective in how->comm. What they come to, with the bits of the predictor's run;
 * ERR_FORMAT: there are none. *judge, the caller's, is told all rows on rank 0, at their
 * places, and on the others those that they judged. */
int selection_judge(const struct selection *selection, const struct predictor *predictor,
                    const struct dataset *data, const struct selection_how *how,
                    struct score *score, struct judge **judge) NODISCARD;

#endif
