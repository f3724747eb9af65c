struct convolution {
    int length, width, n, filters, size, strides, left;
    const float *kernel, *bias; /* bias: or NULL */
};

/* y (n, filters) = b + sum over k of x[p * strides - left + k] w[k], of x (length, width)
 * and w (size, width, filters); positions outside of x are zeros. */
static void convolve(const struct convolution *c, const double *x, double *y)
{
    for (int p = 0; p < c->n; p++, y += c->filters) {
        const float *w = c->kernel;
        for (int j = 0; j < c->filters; j++)
            y[j] = c->bias ? c->bias[j] : 0;
        for (int k = 0; k < c->size; k++, w += c->width * c->filters) {
            int t = p * c->strides - c->left + k;
            if (t >= 0 && t < c->length)
                add_product(y, x + t * c->width, w, c->width, c->filters, c->filters);
        }
    }
}
