/* A page of HTML as it grows. Markup is the program's own, and so are numbers; whatever
 * stands in a file or an argument goes through page_text, where it can become no markup:
 * neither an element, an attribute nor a turn of the line's direction. Nothing here is
 * collective.
 */
#ifndef RNNTRAIN_REPORT_PAGE_H
#define RNNTRAIN_REPORT_PAGE_H

#include "base/base.h"

/* All-zero: it is empty. */
struct page {
    char *html; /* n bytes and a 0; owned */
    size_t n, room;
};

void page_release(struct page *page);

/* Markup as it stands. */
void page_markup(struct page *page, const char *markup);
/* Markup with numbers in it: no text of others is an argument. */
void page_write(struct page *page, const char *format, ...) PRINTF_LIKE(2, 3);
/* A text, escaped for an element or a quoted attribute; NULL: nothing. What is no UTF-8,
 * a control character or one that turns directions becomes U+FFFD. */
void page_text(struct page *page, const char *text);
/* The first n bytes of one. */
void page_text_n(struct page *page, const char *text, size_t n);

/* A number with that many digits behind the point, its sign a minus; a dash where it is
 * not finite. */
void page_number(struct page *page, double value, int digits);
/* 134113 as "134,113". */
void page_count(struct page *page, int64_t value);
/* "1 h 3 min", "4.2 s". */
void page_seconds(struct page *page, double seconds);

/* A section with its heading, which `id` (of the program) names for links. */
void page_section(struct page *page, const char *id, const char *heading);
void page_section_end(struct page *page);

/* A table with its caption, in a box that can be scrolled by keys where it is wide. The
 * head is a list of columns, NULL behind the last; one that begins with '#' has numbers.
 * A row begins with a header cell. */
void page_table(struct page *page, const char *caption, const char *const *columns);
void page_row(struct page *page, const char *header);
void page_cell_text(struct page *page, const char *text);
void page_cell_number(struct page *page, double value, int digits);
void page_cell_count(struct page *page, int64_t value);
void page_row_end(struct page *page);
void page_table_end(struct page *page);

#endif
