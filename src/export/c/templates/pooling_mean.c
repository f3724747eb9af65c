#if WITH_MEAN
#if WITH_MASK
/* The mean of each column of x (LENGTH, width) over the steps that are no pads; 0 if
 * there are none. */
static void take_mean(const double *x, int width, const int *ids, double *y)
{
    int count = 0;
    memset(y, 0, (size_t)width * sizeof *y);
    for (int t = 0; t < LENGTH; t++) {
        count += ids[t] != 0;
        for (int j = 0; j < width && ids[t]; j++)
            y[j] += x[t * width + j];
    }
    for (int j = 0; j < width && count; j++)
        y[j] /= count;
}

#else
/* The mean of each column of x (LENGTH, width). */
static void take_mean(const double *x, int width, double *y)
{
    memset(y, 0, (size_t)width * sizeof *y);
    for (int t = 0; t < LENGTH; t++)
        for (int j = 0; j < width; j++)
            y[j] += x[t * width + j];
    for (int j = 0; j < width; j++)
        y[j] /= LENGTH;
}

#endif
#endif
