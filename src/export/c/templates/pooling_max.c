#if WITH_MAX
#if WITH_MASK
/* The largest of each column of x (LENGTH, width), at pads too. */
static void take_max(const double *x, int width, const int *ids, double *y)
{
    (void)ids;
#else
/* The largest of each column of x (LENGTH, width). */
static void take_max(const double *x, int width, double *y)
{
#endif
    memcpy(y, x, (size_t)width * sizeof *y);
    for (int t = 1; t < LENGTH; t++)
        for (int j = 0; j < width; j++)
            y[j] = fmax(y[j], x[t * width + j]);
}

#endif
