/* A chain of layers as a line of text, which is what --stack takes:
 *
 *   embedding:64, dropout:0.2, bilstm:64, gru:32, max, dense:64:relu, dropout:0.5
 *
 * Layers have commas between them; a layer is a word and what stands behind it with
 * colons: first its numbers, then words in any order, then rarer numbers as key=value.
 * The output is not written, as data say what it is. Whether a recurrent layer gives
 * every step follows from what stands above it. Each kind of layer reads and writes its
 * own words (layer.h). Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_STACK_H
#define RNNTRAIN_LAYERS_STACK_H

#include "layers/chain.h"

/* Bytes of a stack's text, with its NUL. */
enum { STACK_BYTES = 8192, STACK_MOST_ARGUMENTS = 12 };

/* A layer of a stack that is being read: its word, and the arguments that nobody has
 * taken yet. */
struct stack_item {
    const char *text; /* all of it, for messages */
    const char *word; /* "bilstm" */
    int place;        /* 1 .. in the stack */
    int n;
    const char *argument[STACK_MOST_ARGUMENTS]; /* NULL once taken */
};

/* Appends the layers of a text to a chain that has none, sets its mask, and completes it
 * but for its output. ERR_USAGE says which layer is wrong, and why. */
int stack_read(const char *text, struct chain_config *chain) NODISCARD;

/* The text that makes such a chain; the caller's to free. Two chains on the same data are
 * the same model where their texts are equal. */
char *stack_write(const struct chain_config *chain);

/* For the kinds: takes the first argument that is left, which must be a number within the
 * bounds. `what` names it in messages: "units". ERR_USAGE. */
int stack_take_count(struct stack_item *item, const char *what, int most,
                     int *value) NODISCARD;
int stack_take_number(struct stack_item *item, const char *what, double most,
                      double *value) NODISCARD;
/* Takes an argument that is that word; whether there was one. */
bool stack_take_word(struct stack_item *item, const char *word);
/* Takes an argument that is one of the names, NULL-terminated: its index, or -1. */
int stack_take_name(struct stack_item *item, const char *const *names);
/* Takes `key=number`, from 0 to `most`; where there is none *value stays. ERR_USAGE. */
int stack_take_value(struct stack_item *item, const char *key, double most,
                     double *value) NODISCARD;
/* ERR_USAGE where an argument is left; `known` says what can stand there. */
int stack_end(const struct stack_item *item, const char *known) NODISCARD;

/* ERR_USAGE with the layer's place and text in front. */
int stack_fail(const struct stack_item *item, const char *format, ...) NODISCARD
    PRINTF_LIKE(2, 3);

/* The shortest text that reads as the same number: "0.2"; the caller's to free. */
char *stack_number(double value);

#endif
