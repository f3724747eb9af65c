/* A chart as SVG: axes with round numbers, lines, bands and points. Colours are
 * classes of the page's style sheet, s0 to s7, so that they follow light and dark.
 * Nothing here is collective.
 */
#ifndef RNNTRAIN_REPORT_PLOT_H
#define RNNTRAIN_REPORT_PLOT_H

#include "report/page.h"

enum { PLOT_COLOURS = 8, PLOT_MOST_POINTS = 400 };

struct plot_range {
    double low, high;
};

/* One that holds nothing yet; a value that is finite widens it. */
struct plot_range plot_nothing(void);
void plot_widen(struct plot_range *range, double value);
/* With some room at both ends, and never empty. */
struct plot_range plot_with_room(struct plot_range range);

struct plot {
    struct page *page;
    struct plot_range x, y;
    bool whole_x; /* ticks of x are whole numbers */
};

/* What it shows, in words, for who does not see it; borrowed texts. */
struct plot_text {
    const char *title, *description, *x, *y;
};

/* A figure with a caption, which is the title. */
void plot_begin(struct plot *plot, const struct plot_text *text);
void plot_end(struct plot *plot);

enum plot_style { PLOT_SOLID, PLOT_DASHED, PLOT_THIN, PLOT_STYLES };

/* Where y is not finite the line is broken. Of more than PLOT_MOST_POINTS points each
 * n-th is drawn, and the last. */
void plot_line(struct plot *plot, int colour, enum plot_style style, int n,
               const double *x, const double *y);
/* Between two lines, where both are finite, and within the axis. */
void plot_band(struct plot *plot, int colour, int n, const double *x, const double *low,
               const double *high);
/* A point, whose text shows where the pointer rests on it. */
void plot_point(struct plot *plot, int colour, double x, double y, const char *text);
/* From one corner to the other: chance, or what would be right. */
void plot_diagonal(struct plot *plot);

#endif
