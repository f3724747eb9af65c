#if WITH_MEAN
#if WITH_MASK
/* The mean of each column of x (length, width) over the steps that are no pads, 0 if
 * there are none; without ids over all steps. */
static void take_mean(const double *x, int length, int width, const int *ids, double *y)
{
    int count = 0;
    memset(y, 0, (size_t)width * sizeof *y);
    for (int t = 0; t < length; t++) {
        if (ids && !ids[t])
            continue;
        count++;
        for (int j = 0; j < width; j++)
            y[j] += x[t * width + j];
    }
    for (int j = 0; j < width && count; j++)
        y[j] /= count;
}

#else
/* The mean of each column of x (length, width). */
static void take_mean(const double *x, int length, int width, double *y)
{
    memset(y, 0, (size_t)width * sizeof *y);
    for (int t = 0; t < length; t++)
        for (int j = 0; j < width; j++)
            y[j] += x[t * width + j];
    for (int j = 0; j < width; j++)
        y[j] /= length;
}

#endif
#endif
