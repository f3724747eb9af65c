/* In which way a JSON object holds records, other than as arrays of them. */
#ifndef RNNTRAIN_INPUT_JSON_FORM_H
#define RNNTRAIN_INPUT_JSON_FORM_H

#include <jansson.h>

enum json_form {
    JSON_FORM_OTHER,
    JSON_FORM_COLUMNS, /* {"text": [t, ...], "label": [l, ...]}, or objects as pandas */
    JSON_FORM_CLASSES, /* {"neg": [t, ...], "pos": [t, ...]} */
    JSON_FORM_VALUES,  /* {"3f2": {"text": t, "label": l}, ...} */
    JSON_FORM_ROWS,    /* {"columns": ["text", "label"], "data": [[t, l], ...]} */
    JSON_FORMS
};

enum json_form json_form_of(json_t *object);

#endif
