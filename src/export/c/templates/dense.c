/* y (units) = max(x (inputs) w + b, 0) */
static void weigh_relu(const double *x, int inputs, const float *w, const float *b,
                       int units, double *y)
{
    weigh(x, inputs, w, b, units, y);
    for (int j = 0; j < units; j++)
        y[j] = fmax(y[j], 0);
}
