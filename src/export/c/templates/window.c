/* y (n, width) over the positions of x (length, width) that each window has: their mean,
 * or the largest. */
static void take_windows(const double *x, int length, int width, int size, int strides,
                         int left, int n, bool takes_mean, double *y)
{
    for (int p = 0; p < n; p++, y += width) {
        int first = p * strides - left, end = first + size;
        first = first < 0 ? 0 : first;
        end = end > length ? length : end;

        memcpy(y, x + first * width, (size_t)width * sizeof *y);
        for (int t = first + 1; t < end; t++)
            for (int j = 0; j < width; j++) {
                double value = x[t * width + j];
                y[j] = takes_mean ? y[j] + value : fmax(y[j], value);
            }
        for (int j = 0; j < width && takes_mean; j++)
            y[j] /= end - first;
    }
}
