#if WITH_DENSE_RELU
/* y (units) = max(x (inputs) w + b, 0) */
static void weigh_relu(const double *x, int inputs, const float *w, const float *b,
                       int units, double *y)
{
    weigh(x, inputs, w, b, units, y);
    for (int j = 0; j < units; j++)
        y[j] = fmax(y[j], 0);
}

#endif
#if WITH_DENSE_WITHOUT_BIAS
/* y (units) = x (inputs) w */
static void weigh_alone(const double *x, int inputs, const float *w, int units, double *y)
{
    memset(y, 0, (size_t)units * sizeof *y);
    add_product(y, x, w, inputs, units, units);
}

#endif
