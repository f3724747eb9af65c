#if WITH_MAX
/* The largest of each column of x (length, width), at pads too. */
static void take_max(const double *x, int length, int width, double *y)
{
    memcpy(y, x, (size_t)width * sizeof *y);
    for (int t = 1; t < length; t++)
        for (int j = 0; j < width; j++)
            y[j] = fmax(y[j], x[t * width + j]);
}

#endif
