/* Instructions that make and fill lists and dictionaries, and that remember values. */
#include "text/pickle_private.h"

#include <stdlib.h>

int pickle_run_mark(struct pickle *pickle, const struct pickle_argument *given)
{
    (void)given;
    if (pickle->n_marks == pickle->marks_room) {
        pickle->marks_room = 2 * pickle->marks_room + 16;
        pickle->marks = xrealloc(pickle->marks, pickle->marks_room, sizeof(size_t));
    }
    pickle->marks[pickle->n_marks++] = pickle->n_stack;
    return OK;
}

int pickle_run_empty(struct pickle *pickle, const struct pickle_argument *given)
{
    return pickle_push(
        pickle, pickle_new(pickle, given->opcode == '}' ? PICKLE_DICT : PICKLE_LIST));
}

/* The topmost n values become the items of one. */
static int collect(struct pickle *pickle, size_t n, enum pickle_kind kind)
{
    struct pickle_value *list = pickle_new(pickle, kind);
    int rc = list ? pickle_need(pickle, n) : pickle_too_many(pickle);
    if (rc)
        return rc;
    if (kind == PICKLE_DICT && n % 2)
        return pickle_refuse(pickle, "a key without a value");

    pickle->n_stack -= n;
    for (size_t i = 0; i < n; i++)
        pickle_append(list, pickle->stack[pickle->n_stack + i]);
    return pickle_push(pickle, list);
}

int pickle_run_tuple(struct pickle *pickle, const struct pickle_argument *given)
{
    return collect(pickle, (size_t)(given->opcode - 0x84), PICKLE_LIST);
}

/* Takes the last mark away; *n values stood above it. */
static int take_mark(struct pickle *pickle, size_t *n)
{
    if (!pickle->n_marks)
        return pickle_refuse(pickle, "it takes a mark that is not there");
    *n = pickle->n_stack - pickle_last_mark(pickle);
    pickle->n_marks--;
    return OK;
}

int pickle_run_collect(struct pickle *pickle, const struct pickle_argument *given)
{
    size_t n = 0;
    int rc = take_mark(pickle, &n);
    return rc ? rc : collect(pickle, n, given->opcode == 'd' ? PICKLE_DICT : PICKLE_LIST);
}

/* The topmost n values go into the list or dictionary below them. */
static int add_to(struct pickle *pickle, size_t n, enum pickle_kind kind)
{
    int rc = pickle_need(pickle, n + 1);
    if (rc)
        return rc;
    struct pickle_value *to = pickle->stack[pickle->n_stack - n - 1];
    if (to->kind != kind || (kind == PICKLE_DICT && n % 2))
        return pickle_refuse(pickle, "items are put into what is no list and no "
                                     "dictionary");

    pickle->n_stack -= n;
    for (size_t i = 0; i < n; i++)
        pickle_append(to, pickle->stack[pickle->n_stack + i]);
    return OK;
}

int pickle_run_add(struct pickle *pickle, const struct pickle_argument *given)
{
    bool is_pair = given->opcode == 's';
    return add_to(pickle, is_pair ? 2 : 1, is_pair ? PICKLE_DICT : PICKLE_LIST);
}

int pickle_run_add_all(struct pickle *pickle, const struct pickle_argument *given)
{
    size_t n = 0;
    int rc = take_mark(pickle, &n);
    return rc ? rc : add_to(pickle, n, given->opcode == 'u' ? PICKLE_DICT : PICKLE_LIST);
}

int pickle_run_pop(struct pickle *pickle, const struct pickle_argument *given)
{
    size_t n = 1;
    int rc = given->opcode == '1' ? take_mark(pickle, &n) : pickle_need(pickle, 1);
    if (!rc)
        pickle->n_stack -= n;
    return rc;
}

static int put(struct pickle *pickle, uint64_t at)
{
    int rc = pickle_need(pickle, 1);
    if (rc)
        return rc;
    if (at > pickle->n || at > PICKLE_MOST_VALUES) /* each takes a byte and more */
        return pickle_refuse(pickle, "a place in memory that no pickle of its size has");

    if (at >= pickle->memo_room) {
        size_t room = 2 * (size_t)at + 64;
        pickle->memo = xrealloc(pickle->memo, room, sizeof(struct pickle_value *));
        for (size_t i = pickle->memo_room; i < room; i++)
            pickle->memo[i] = NULL;
        pickle->memo_room = room;
    }
    pickle->n_memo += !pickle->memo[at];
    pickle->memo[at] = pickle->stack[pickle->n_stack - 1];
    return OK;
}

static int get(struct pickle *pickle, uint64_t at)
{
    bool is_there = at < pickle->memo_room && pickle->memo[at];
    return is_there ? pickle_push(pickle, pickle->memo[at])
                    : pickle_refuse(pickle, "it takes from memory what was not put "
                                            "there");
}

int pickle_run_put(struct pickle *pickle, const struct pickle_argument *given)
{
    return put(pickle, given->number);
}

int pickle_run_get(struct pickle *pickle, const struct pickle_argument *given)
{
    return get(pickle, given->number);
}

int pickle_run_memo_line(struct pickle *pickle, const struct pickle_argument *given)
{
    int64_t at = 0;
    int rc = pickle_read_number(pickle, given, &at);
    if (!rc)
        rc = given->opcode == 'p' ? put(pickle, (uint64_t)at) : get(pickle, (uint64_t)at);
    return rc;
}

int pickle_run_memoize(struct pickle *pickle, const struct pickle_argument *given)
{
    (void)given;
    return put(pickle, pickle->n_memo);
}
