#include "export/export.h"

#define EXPORT_FORMAT(NAME, stem, option, suffix, takes_texts, help)                     \
    [EXPORT_##NAME] = {option, suffix, help, takes_texts, export_##stem},
const struct export_format export_formats[] = {EXPORT_FORMAT_LIST(EXPORT_FORMAT)};
#undef EXPORT_FORMAT
_Static_assert(COUNT_OF(export_formats) == EXPORT_FORMATS, "a format is missing");
