/* y = gamma (x - mean) / sqrt(variance + epsilon) + beta, of each row of x (rows, width)
 * by itself. */
static void normalize(const double *x, int rows, int width, const float *gamma,
                      const float *beta, double epsilon, double *y)
{
    for (int r = 0; r < rows; r++, x += width, y += width) {
        double mean = 0, variance = 0;
        for (int j = 0; j < width; j++)
            mean += x[j] / width;
        for (int j = 0; j < width; j++)
            variance += (x[j] - mean) * (x[j] - mean) / width;

        double deviation = sqrt(variance + epsilon);
        for (int j = 0; j < width; j++)
            y[j] =
                (x[j] - mean) / deviation * (gamma ? gamma[j] : 1) + (beta ? beta[j] : 0);
    }
}
