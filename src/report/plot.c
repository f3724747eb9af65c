#include "report/plot.h"

#include <math.h>

/* Units of the drawing, which scales with the page. */
enum { WIDTH = 400, HEIGHT = 270, LEFT = 64, RIGHT = 388, TOP = 12, BOTTOM = 224 };

/* More than round_step ever wants: beyond 2^53 a double plus 1 is itself. */
enum { MOST_TICKS = 32 };

struct plot_range plot_nothing(void)
{
    return (struct plot_range){(double)INFINITY, -(double)INFINITY};
}

void plot_widen(struct plot_range *range, double value)
{
    if (!isfinite(value))
        return;
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
}

struct plot_range plot_with_room(struct plot_range range)
{
    if (!(range.low <= range.high))
        return (struct plot_range){0, 1};

    double room = 0.06 * (range.high - range.low);
    if (room <= 0)
        room = fmax(0.02, 0.05 * fabs(range.low));
    return (struct plot_range){range.low - room, range.high + room};
}

static double place_x(const struct plot *plot, double x)
{
    return LEFT + (x - plot->x.low) / (plot->x.high - plot->x.low) * (RIGHT - LEFT);
}

static double place_y(const struct plot *plot, double y)
{
    return BOTTOM - (y - plot->y.low) / (plot->y.high - plot->y.low) * (BOTTOM - TOP);
}

/* 1, 2 or 5 times a power of ten, of which about `wanted` fit. */
static double round_step(struct plot_range range, int wanted)
{
    double least = (range.high - range.low) / wanted;
    double power = pow(10, floor(log10(least)));
    double times = least / power;

    return power * (times > 5 ? 10 : times > 2 ? 5 : times > 1 ? 2 : 1);
}

static int digits_of(double step)
{
    int digits = (int)ceil(-log10(step) - 1e-9);
    return digits < 0 ? 0 : digits > 9 ? 9 : digits;
}

static void draw_ticks_y(struct plot *plot)
{
    double step = round_step(plot->y, 6);
    double first = ceil(plot->y.low / step);

    for (int i = 0; i < MOST_TICKS && (first + i) * step <= plot->y.high; i++) {
        double value = (first + i) * step, y = place_y(plot, value);
        page_write(plot->page,
                   "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
                   "text-anchor=\"end\">",
                   LEFT, y, RIGHT, LEFT - 6, y + 4);
        page_number(plot->page, value, digits_of(step));
        page_markup(plot->page, "</text>");
    }
}

static void draw_ticks_x(struct plot *plot)
{
    double step = round_step(plot->x, 6);
    if (plot->whole_x && step < 1)
        step = 1;

    double first = ceil(plot->x.low / step);

    for (int i = 0; i < MOST_TICKS && (first + i) * step <= plot->x.high; i++) {
        double value = (first + i) * step, x = place_x(plot, value);
        page_write(plot->page,
                   "<path class=\"tick\" d=\"M%.1f %dv4\"/><text x=\"%.1f\" y=\"%d\" "
                   "text-anchor=\"middle\">",
                   x, BOTTOM, x, BOTTOM + 18);
        page_number(plot->page, value, digits_of(step));
        page_markup(plot->page, "</text>");
    }
}

static void draw_names(struct plot *plot, const struct plot_text *text)
{
    page_write(plot->page,
               "<path class=\"axis\" d=\"M%d %dH%d\"/><text class=\"name\" x=\"%d\" "
               "y=\"%d\" text-anchor=\"middle\">",
               LEFT, BOTTOM, RIGHT, (LEFT + RIGHT) / 2, HEIGHT - 8);
    page_text(plot->page, text->x);
    page_write(plot->page,
               "</text><text class=\"name\" transform=\"translate(12 %d) rotate(-90)\" "
               "text-anchor=\"middle\">",
               (TOP + BOTTOM) / 2);
    page_text(plot->page, text->y);
    page_markup(plot->page, "</text>\n");
}

void plot_begin(struct plot *plot, const struct plot_text *text)
{
    page_markup(plot->page, "<figure><figcaption>");
    page_text(plot->page, text->title);
    page_write(plot->page, "</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\"><title>",
               WIDTH, HEIGHT);
    page_text(plot->page, text->title);
    page_markup(plot->page, "</title><desc>");
    page_text(plot->page, text->description);
    page_markup(plot->page, "</desc>\n");

    draw_ticks_y(plot);
    draw_ticks_x(plot);
    draw_names(plot, text);
}

void plot_end(struct plot *plot)
{
    page_markup(plot->page, "</svg></figure>\n");
}

/* Each that-manieth point is drawn. */
static int stride_of(int n)
{
    return n <= PLOT_MOST_POINTS ? 1 : (n + PLOT_MOST_POINTS - 1) / PLOT_MOST_POINTS;
}

void plot_line(struct plot *plot, int colour, enum plot_style style, int n,
               const double *x, const double *y)
{
    static const char *const classes[PLOT_STYLES] = {
        [PLOT_SOLID] = "line", [PLOT_DASHED] = "line dashed", [PLOT_THIN] = "line thin"};
    int stride = stride_of(n);
    bool is_drawn = false;

    page_write(plot->page, "<path class=\"%s s%d\" d=\"", classes[style],
               colour % PLOT_COLOURS);
    for (int i = 0; i < n; i = i + stride < n || i == n - 1 ? i + stride : n - 1) {
        if (isfinite(x[i]) && isfinite(y[i]))
            page_write(plot->page, "%c%.1f %.1f", is_drawn ? 'L' : 'M',
                       place_x(plot, x[i]), place_y(plot, y[i]));
        is_drawn = isfinite(x[i]) && isfinite(y[i]);
    }
    page_markup(plot->page, "\"/>\n");
}

/* A band is wider than the values that the axis was made for. */
static double within(struct plot_range range, double value)
{
    return fmin(fmax(value, range.low), range.high);
}

void plot_band(struct plot *plot, int colour, int n, const double *x, const double *low,
               const double *high)
{
    int stride = stride_of(n), last = n - 1;
    bool is_first = true;

    page_write(plot->page, "<path class=\"band s%d\" d=\"", colour % PLOT_COLOURS);
    for (int i = 0; i < n; i += stride)
        if (isfinite(high[i])) {
            page_write(plot->page, "%c%.1f %.1f", is_first ? 'M' : 'L',
                       place_x(plot, x[i]), place_y(plot, within(plot->y, high[i])));
            is_first = false;
        }
    for (int i = last - last % stride; i >= 0; i -= stride)
        if (isfinite(low[i]) && !is_first)
            page_write(plot->page, "L%.1f %.1f", place_x(plot, x[i]),
                       place_y(plot, within(plot->y, low[i])));
    page_markup(plot->page, is_first ? "\"/>\n" : "Z\"/>\n");
}

void plot_point(struct plot *plot, int colour, double x, double y, const char *text)
{
    if (!isfinite(x) || !isfinite(y))
        return;
    page_write(plot->page,
               "<circle class=\"point s%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"><title>",
               colour % PLOT_COLOURS, place_x(plot, x), place_y(plot, y));
    page_text(plot->page, text);
    page_markup(plot->page, "</title></circle>\n");
}

void plot_diagonal(struct plot *plot)
{
    page_write(plot->page, "<path class=\"chance\" d=\"M%d %dL%d %d\"/>\n", LEFT, BOTTOM,
               RIGHT, TOP);
}
