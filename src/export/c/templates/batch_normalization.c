/* y = gamma (x - mean) / sqrt(variance + epsilon) + beta, of the mean and variance that
 * each column of x (rows, width) had in training. */
static void scale(const double *x, int rows, int width, const float *mean,
                  const float *variance, const float *gamma, const float *beta,
                  double epsilon, double *y)
{
    for (int r = 0; r < rows; r++, x += width, y += width)
        for (int j = 0; j < width; j++)
            y[j] =
                (x[j] - mean[j]) / sqrt(variance[j] + epsilon) * (gamma ? gamma[j] : 1) +
                (beta ? beta[j] : 0);
}
