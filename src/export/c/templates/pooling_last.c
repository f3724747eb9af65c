#if WITH_LAST
/* The last outputs in x (length, width): the first `forward` columns are those of a
 * direction that ends at the last step, the others of one that ends at the first. */
#if WITH_MASK
/* With ids pads are no steps; a row of nothing else gives zeros. */
static void take_last(const double *x, int length, int width, int forward, const int *ids,
                      double *y)
{
    int first = 0, last = length - 1;
    while (ids && first < length && !ids[first])
        first++;
    while (ids && last > 0 && !ids[last])
        last--;
    for (int j = 0; j < width; j++)
        y[j] = first == length ? 0 : x[(j < forward ? last : first) * width + j];
}

#else
static void take_last(const double *x, int length, int width, int forward, double *y)
{
    for (int j = 0; j < width; j++)
        y[j] = x[(j < forward ? length - 1 : 0) * width + j];
}

#endif
#endif
