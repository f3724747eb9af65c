/* The machine that runs a pickle: its values, its stack and its memory. */
#ifndef RNNTRAIN_TEXT_PICKLE_PRIVATE_H
#define RNNTRAIN_TEXT_PICKLE_PRIVATE_H

#include "text/pickle.h"

/* A tokenizer of a million words has half of each. */
enum { PICKLE_MOST_BYTES = 128 << 20, PICKLE_MOST_VALUES = 16 << 20 };

enum pickle_kind {
    PICKLE_NONE,
    PICKLE_BOOL,
    PICKLE_INT,
    PICKLE_FLOAT,
    PICKLE_STRING,
    PICKLE_LIST,  /* or a tuple */
    PICKLE_DICT,  /* items: a key, its value, ... */
    PICKLE_CLASS, /* or a function: a name, number: enum pickle_class */
    PICKLE_OBJECT /* a Tokenizer; items as a dictionary's */
};

/* The names that a pickled Tokenizer mentions. */
enum pickle_class {
    PICKLE_TOKENIZER,
    PICKLE_MAPPING,     /* dict, OrderedDict, defaultdict */
    PICKLE_RECONSTRUCT, /* copyreg._reconstructor: an object of a class, in protocol 0 */
    PICKLE_PLAIN        /* int, object: arguments of the others */
};

struct pickle_value {
    enum pickle_kind kind;
    union {
        int64_t number;
        double real;
    };
    const char *text; /* n bytes, no final 0 */
    char *owned;      /* what text points to, where that is not in the file */
    struct pickle_value **items;
    size_t n, room;            /* of the text or the items */
    struct pickle_value *next; /* of all values of the machine */
};

struct pickle {
    const char *source, *bytes; /* n bytes */
    size_t n, at;
    size_t began; /* of the instruction that runs */
    struct pickle_value **stack;
    size_t n_stack, stack_room;
    size_t *marks; /* heights of the stack */
    size_t n_marks, marks_room;
    struct pickle_value **memo; /* (memo_room), NULL where nothing was put */
    size_t n_memo, memo_room;
    struct pickle_value *all;
    size_t n_values;
    bool ended;
};

/* What stands behind an instruction's byte. */
struct pickle_argument {
    unsigned char opcode;
    uint64_t number;  /* little endian */
    const char *text; /* n bytes: a counted string or a line */
    size_t n;
    const char *more; /* the second of two lines, n_more bytes */
    size_t n_more;
};

/* Puts a value on the stack; NULL: there are too many of them. */
int pickle_push(struct pickle *pickle, struct pickle_value *value) NODISCARD;
/* Whether n values stand above the last mark. */
int pickle_need(const struct pickle *pickle, size_t n) NODISCARD;

size_t pickle_last_mark(const struct pickle *pickle);
int pickle_too_many(const struct pickle *pickle) NODISCARD;

/* The number of a line, "12L" too. */
int pickle_read_number(const struct pickle *pickle, const struct pickle_argument *given,
                       int64_t *number) NODISCARD;

/* What instructions do, where several do alike a name for all. */
#define PICKLE_RUN_LIST(RUN)                                                             \
    RUN(protocol)                                                                        \
    RUN(nothing)                                                                         \
    RUN(stop)                                                                            \
    RUN(constant)                                                                        \
    RUN(int)                                                                             \
    RUN(int_line)                                                                        \
    RUN(long)                                                                            \
    RUN(float)                                                                           \
    RUN(text)                                                                            \
    RUN(text_line)                                                                       \
    RUN(mark)                                                                            \
    RUN(empty)                                                                           \
    RUN(tuple)                                                                           \
    RUN(collect)                                                                         \
    RUN(add)                                                                             \
    RUN(add_all)                                                                         \
    RUN(pop)                                                                             \
    RUN(put)                                                                             \
    RUN(get)                                                                             \
    RUN(memo_line)                                                                       \
    RUN(memoize)                                                                         \
    RUN(class)       /* by two lines */                                                  \
    RUN(named_class) /* by two strings on the stack */                                   \
    RUN(make)        /* of a class and its arguments */                                  \
    RUN(build)       /* an object's attributes */

#define PICKLE_RUN_DECLARATION(name)                                                     \
    int pickle_run_##name(struct pickle *pickle, const struct pickle_argument *given)    \
        NODISCARD;
PICKLE_RUN_LIST(PICKLE_RUN_DECLARATION)
#undef PICKLE_RUN_DECLARATION

/* Runs one instruction. */
int pickle_step(struct pickle *pickle) NODISCARD;

/* ERR_FORMAT: the instruction's place, what is wrong, and what to do. */
int pickle_refuse(const struct pickle *pickle, const char *format, ...) PRINTF_LIKE(2, 3);

/* A new value, freed with the machine; NULL: there are too many. */
struct pickle_value *pickle_new(struct pickle *pickle, enum pickle_kind kind);
void pickle_append(struct pickle_value *list, struct pickle_value *item);
/* Appends the items of another: a pickle that does so again and again has soon too many
 * of them, which is false. */
bool pickle_append_all(struct pickle *pickle, struct pickle_value *list,
                       const struct pickle_value *items);
void pickle_release(struct pickle *pickle);

/* The text of Python's literals: 'it\'s' as repr() writes it, and raw-unicode-escape.
 * Sets text, owned and n; false: it is none. */
bool pickle_set_quoted(struct pickle_value *value, const char *line, size_t n);
bool pickle_set_escaped(struct pickle_value *value, const char *line, size_t n);

/* The value as JSON. */
int pickle_to_json(const struct pickle *pickle, const struct pickle_value *value,
                   json_t **json) NODISCARD;

#endif
