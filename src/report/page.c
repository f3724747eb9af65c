#include "report/page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/program.h"

static const char replacement[] = "\xEF\xBF\xBD";

void page_release(struct page *page)
{
    free(page->html);
    *page = (struct page){.html = NULL};
}

static void append(struct page *page, const char *bytes, size_t n)
{
    if (page->n + n + 1 > page->room) {
        page->room = 2 * (page->n + n + 1);
        page->html = xrealloc(page->html, page->room, 1);
    }

    memcpy(page->html + page->n, bytes, n);
    page->n += n;
    page->html[page->n] = '\0';
}

void page_markup(struct page *page, const char *markup)
{
    append(page, markup, strlen(markup));
}

void page_write(struct page *page, const char *format, ...)
{
    char written[1024];
    va_list args;

    va_start(args, format);
    int n = vsnprintf(written, sizeof written, format, args);
    va_end(args);
    if (n < 0 || n >= (int)sizeof written)
        die("a piece of markup has more than %zu bytes", sizeof written);
    append(page, written, (size_t)n);
}

static const char *entity_of(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Bytes of the character at `text`, n of which are there, and the character; 0: it is no
 * UTF-8. */
static size_t decode(const unsigned char *text, size_t n, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] < 0x80 ? 1 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : 4;
    uint32_t value = length == 1 ? text[0] : text[0] & (0xFFU >> (length + 1));
    if ((text[0] >= 0x80 && text[0] < 0xC2) || text[0] > 0xF4 || length > n)
        return 0;

    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (text[i] & 0x3FU);
    }
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
        return 0;
    *character = value;
    return length;
}

/* Control characters but blanks, and what turns the direction of a line. */
static bool is_refused(uint32_t c)
{
    return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c < 0xA0) ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
           c == 0x200F || c == 0x061C || (c & 0xFFFE) == 0xFFFE ||
           (c >= 0xFDD0 && c <= 0xFDEF);
}

void page_text_n(struct page *page, const char *text, size_t n)
{
    for (size_t at = 0; at < n;) {
        uint32_t character = 0;
        size_t length = decode((const unsigned char *)text + at, n - at, &character);
        const char *entity = entity_of(text[at]);

        if (length == 0 || is_refused(character))
            append(page, replacement, sizeof replacement - 1);
        else if (entity)
            page_markup(page, entity);
        else
            append(page, text + at, length);
        at += length ? length : 1;
    }
}

void page_text(struct page *page, const char *text)
{
    if (text)
        page_text_n(page, text, strlen(text));
}

void page_number(struct page *page, double value, int digits)
{
    if (!isfinite(value))
        page_markup(page, "\xE2\x80\x93"); /* a dash */
    else
        page_write(page, "%s%.*f", value < 0 ? "\xE2\x88\x92" : "", digits, fabs(value));
}

void page_count(struct page *page, int64_t value)
{
    char text[32];
    program_thousands(value, text);
    page_markup(page, text);
}

void page_seconds(struct page *page, double seconds)
{
    const double most = 1e9; /* of a log that somebody wrote by hand */
    if (!(seconds >= 0 && seconds <= most))
        page_number(page, (double)NAN, 0);
    else if (seconds < 99.5)
        page_write(page, seconds < 9.95 ? "%.1f s" : "%.0f s", seconds);
    else if (seconds < 3570)
        page_write(page, "%.0f min", seconds / 60);
    else
        page_write(page, "%d h %02d min", (int)((seconds + 30) / 3600),
                   (int)((seconds + 30) / 60) % 60);
}

void page_section(struct page *page, const char *id, const char *heading)
{
    page_markup(page, "<section aria-labelledby=\"");
    page_text(page, id);
    page_markup(page, "\">\n<h2 id=\"");
    page_text(page, id);
    page_markup(page, "\">");
    page_text(page, heading);
    page_markup(page, "</h2>\n");
}

void page_section_end(struct page *page)
{
    page_markup(page, "</section>\n");
}

void page_table(struct page *page, const char *caption, const char *const *columns)
{
    page_markup(page, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"");
    page_text(page, caption);
    page_markup(page, "\"><table><caption><span>");
    page_text(page, caption);
    page_markup(page, "</span></caption>\n<thead><tr>");

    for (; *columns; columns++) {
        bool is_number = **columns == '#';
        page_markup(page,
                    is_number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        page_text(page, *columns + is_number);
        page_markup(page, "</th>");
    }
    page_markup(page, "</tr></thead>\n<tbody>\n");
}

void page_row(struct page *page, const char *header)
{
    page_markup(page, "<tr><th scope=\"row\">");
    page_text(page, header);
    page_markup(page, "</th>");
}

void page_cell_text(struct page *page, const char *text)
{
    page_markup(page, "<td>");
    page_text(page, text);
    page_markup(page, "</td>");
}

void page_cell_number(struct page *page, double value, int digits)
{
    page_markup(page, "<td class=\"n\">");
    page_number(page, value, digits);
    page_markup(page, "</td>");
}

void page_cell_count(struct page *page, int64_t value)
{
    page_markup(page, "<td class=\"n\">");
    page_count(page, value);
    page_markup(page, "</td>");
}

void page_row_end(struct page *page)
{
    page_markup(page, "</tr>\n");
}

void page_table_end(struct page *page)
{
    page_markup(page, "</tbody></table></div>\n");
}
