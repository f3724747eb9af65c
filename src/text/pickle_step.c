/* The instructions of a pickle, a row each. */
#include "text/pickle_private.h"

#include <stdlib.h>
#include <string.h>

int pickle_too_many(const struct pickle *pickle)
{
    return pickle_refuse(pickle, "more values than a tokenizer has");
}

int pickle_push(struct pickle *pickle, struct pickle_value *value)
{
    if (!value)
        return pickle_too_many(pickle);
    if (pickle->n_stack == pickle->stack_room) {
        pickle->stack_room = 2 * pickle->stack_room + 64;
        pickle->stack =
            xrealloc(pickle->stack, pickle->stack_room, sizeof(struct pickle_value *));
    }
    pickle->stack[pickle->n_stack++] = value;
    return OK;
}

size_t pickle_last_mark(const struct pickle *pickle)
{
    return pickle->n_marks ? pickle->marks[pickle->n_marks - 1] : 0;
}

int pickle_need(const struct pickle *pickle, size_t n)
{
    return pickle->n_stack - pickle_last_mark(pickle) >= n
               ? OK
               : pickle_refuse(pickle, "it takes values that are not there");
}

int pickle_run_nothing(struct pickle *pickle, const struct pickle_argument *given)
{
    (void)pickle, (void)given;
    return OK;
}

int pickle_run_protocol(struct pickle *pickle, const struct pickle_argument *given)
{
    return given->number <= 5 ? OK
                              : pickle_refuse(pickle, "protocol %d, expected 5 or older",
                                              (int)given->number);
}

int pickle_run_stop(struct pickle *pickle, const struct pickle_argument *given)
{
    (void)given;
    pickle->ended = true;
    return OK;
}

/* What stands behind an instruction: a number of so many bytes; a string, counted by a
 * number of so many bytes; one line or two. */
enum takes { TAKES_NUMBER, TAKES_TEXT, TAKES_LINE, TAKES_LINES };

static const struct instruction {
    int (*run)(struct pickle *pickle, const struct pickle_argument *given);
    enum takes takes;
    unsigned char n; /* bytes of the number */
} instructions[256] = {
    [0x80] = {pickle_run_protocol, TAKES_NUMBER, 1},
    [0x95] = {pickle_run_nothing, TAKES_NUMBER, 8}, /* how long the next piece is */
    ['.'] = {pickle_run_stop, TAKES_NUMBER, 0},
    ['N'] = {pickle_run_constant, TAKES_NUMBER, 0},
    [0x88] = {pickle_run_constant, TAKES_NUMBER, 0},
    [0x89] = {pickle_run_constant, TAKES_NUMBER, 0},
    ['J'] = {pickle_run_int, TAKES_NUMBER, 4},
    ['K'] = {pickle_run_int, TAKES_NUMBER, 1},
    ['M'] = {pickle_run_int, TAKES_NUMBER, 2},
    ['I'] = {pickle_run_int_line, TAKES_LINE, 0},
    ['L'] = {pickle_run_int_line, TAKES_LINE, 0},
    [0x8a] = {pickle_run_long, TAKES_TEXT, 1},
    ['G'] = {pickle_run_float, TAKES_NUMBER, 8},
    ['F'] = {pickle_run_float, TAKES_LINE, 0},
    ['U'] = {pickle_run_text, TAKES_TEXT, 1},
    ['T'] = {pickle_run_text, TAKES_TEXT, 4},
    [0x8c] = {pickle_run_text, TAKES_TEXT, 1},
    ['X'] = {pickle_run_text, TAKES_TEXT, 4},
    [0x8d] = {pickle_run_text, TAKES_TEXT, 8},
    ['V'] = {pickle_run_text_line, TAKES_LINE, 0},
    ['S'] = {pickle_run_text_line, TAKES_LINE, 0},
    ['('] = {pickle_run_mark, TAKES_NUMBER, 0},
    ['}'] = {pickle_run_empty, TAKES_NUMBER, 0},
    [']'] = {pickle_run_empty, TAKES_NUMBER, 0},
    [')'] = {pickle_run_empty, TAKES_NUMBER, 0},
    ['d'] = {pickle_run_collect, TAKES_NUMBER, 0},
    ['l'] = {pickle_run_collect, TAKES_NUMBER, 0},
    ['t'] = {pickle_run_collect, TAKES_NUMBER, 0},
    [0x85] = {pickle_run_tuple, TAKES_NUMBER, 0},
    [0x86] = {pickle_run_tuple, TAKES_NUMBER, 0},
    [0x87] = {pickle_run_tuple, TAKES_NUMBER, 0},
    ['a'] = {pickle_run_add, TAKES_NUMBER, 0},
    ['s'] = {pickle_run_add, TAKES_NUMBER, 0},
    ['e'] = {pickle_run_add_all, TAKES_NUMBER, 0},
    ['u'] = {pickle_run_add_all, TAKES_NUMBER, 0},
    ['0'] = {pickle_run_pop, TAKES_NUMBER, 0},
    ['1'] = {pickle_run_pop, TAKES_NUMBER, 0},
    ['q'] = {pickle_run_put, TAKES_NUMBER, 1},
    ['r'] = {pickle_run_put, TAKES_NUMBER, 4},
    ['h'] = {pickle_run_get, TAKES_NUMBER, 1},
    ['j'] = {pickle_run_get, TAKES_NUMBER, 4},
    ['p'] = {pickle_run_memo_line, TAKES_LINE, 0},
    ['g'] = {pickle_run_memo_line, TAKES_LINE, 0},
    [0x94] = {pickle_run_memoize, TAKES_NUMBER, 0},
    ['c'] = {pickle_run_class, TAKES_LINES, 0},
    [0x93] = {pickle_run_named_class, TAKES_NUMBER, 0},
    ['R'] = {pickle_run_make, TAKES_NUMBER, 0},
    [0x81] = {pickle_run_make, TAKES_NUMBER, 0},
    ['b'] = {pickle_run_build, TAKES_NUMBER, 0},
};

/* The next n bytes; NULL: there are less. */
static const char *take(struct pickle *pickle, uint64_t n)
{
    const char *bytes = pickle->bytes + pickle->at;
    if (n > pickle->n - pickle->at)
        return NULL;
    pickle->at += (size_t)n;
    return bytes;
}

/* The next line without its end; NULL: there is none. */
static const char *take_line(struct pickle *pickle, size_t *n)
{
    const char *line = pickle->bytes + pickle->at;
    const char *end = memchr(line, '\n', pickle->n - pickle->at);
    if (!end)
        return NULL;

    *n = (size_t)(end - line);
    pickle->at += *n + 1;
    *n -= *n && line[*n - 1] == '\r';
    return line;
}

/* False: the pickle ends before. */
static bool read_argument(struct pickle *pickle, const struct instruction *instruction,
                          struct pickle_argument *given)
{
    if (instruction->takes >= TAKES_LINE) {
        given->text = take_line(pickle, &given->n);
        if (given->text && instruction->takes == TAKES_LINES)
            given->more = take_line(pickle, &given->n_more);
        return given->text && (given->more || instruction->takes == TAKES_LINE);
    }

    const char *number = take(pickle, instruction->n);
    for (int i = 0; number && i < instruction->n; i++)
        given->number |= (uint64_t)(unsigned char)number[i] << 8 * i;
    if (!number || instruction->takes == TAKES_NUMBER)
        return number;

    given->text = take(pickle, given->number);
    given->n = (size_t)given->number;
    return given->text;
}

int pickle_step(struct pickle *pickle)
{
    pickle->began = pickle->at;
    const char *opcode = take(pickle, 1);
    if (!opcode)
        return pickle_refuse(pickle, "it ends too early");

    struct pickle_argument given = {.opcode = (unsigned char)*opcode};
    const struct instruction *instruction = &instructions[given.opcode];
    if (!instruction->run)
        return pickle_refuse(pickle, "an instruction (%d) that no Tokenizer needs",
                             given.opcode);
    if (!read_argument(pickle, instruction, &given))
        return pickle_refuse(pickle, "it ends too early");
    return instruction->run(pickle, &given);
}
