/* What lower-casing and references need of ICU and libxml2, as tables for programs
 * without them. */
#include "text/text.h"

#include <stdlib.h>

#include <libxml/HTMLparser.h>
#include <unicode/uchar.h>

enum { LAST_CHARACTER = 0x10ffff };

/* Whether the range goes on with c; a single character may still become every second
 * one. */
static bool joins(const struct text_mapping *range, uint32_t c, int32_t distance)
{
    uint32_t gap = c - range->last;
    bool is_single = range->first == range->last;
    return distance == range->distance && (is_single ? gap <= 2 : gap == range->step);
}

size_t text_lower_mappings(struct text_mapping **mappings)
{
    struct text_mapping *ranges = NULL;
    size_t n = 0;

    for (uint32_t c = 0; c <= LAST_CHARACTER; c++) {
        int32_t distance = u_tolower((UChar32)c) - (int32_t)c;
        if (!distance)
            continue;

        if (n && joins(&ranges[n - 1], c, distance)) {
            ranges[n - 1].step = c - ranges[n - 1].last;
            ranges[n - 1].last = c;
            continue;
        }

        ranges = xrealloc(ranges, n + 1, sizeof *ranges);
        ranges[n++] = (struct text_mapping){c, c, 1, distance};
    }

    *mappings = ranges;
    return n;
}

size_t text_property_bounds(enum text_property property, uint32_t **bounds)
{
    UProperty which = property == TEXT_CASED ? UCHAR_CASED : UCHAR_CASE_IGNORABLE;
    uint32_t *found = NULL;
    size_t n = 0;

    for (uint32_t c = 0; c <= LAST_CHARACTER + 1; c++) {
        bool has = c <= LAST_CHARACTER && u_hasBinaryProperty((UChar32)c, which);
        if (has == (n % 2 == 1))
            continue;
        found = xrealloc(found, n + 1, sizeof *found);
        found[n++] = c;
    }

    *bounds = found;
    return n;
}

size_t text_references(struct text_reference **references)
{
    struct text_reference *found = NULL;
    size_t n = 0;

    for (unsigned c = 1; c <= 0xffff; c++) {
        const htmlEntityDesc *entity = htmlEntityValueLookup(c);
        if (!entity)
            continue;
        found = xrealloc(found, n + 1, sizeof *found);
        found[n++] = (struct text_reference){entity->name, c};
    }

    *references = found;
    return n;
}
