/* Activations; `alpha` is a number that some have. */
#if WITH_CURVE_RELU
static double relu_curve(double x, double alpha)
{
    (void)alpha;
    return fmax(x, 0);
}

#endif
#if WITH_CURVE_LINEAR
static double linear_curve(double x, double alpha)
{
    (void)alpha;
    return x;
}

#endif
#if WITH_CURVE_TANH
static double tanh_curve(double x, double alpha)
{
    (void)alpha;
    return tanh(x);
}

#endif
#if WITH_CURVE_SIGMOID
static double sigmoid_curve(double x, double alpha)
{
    (void)alpha;
    return 1 / (1 + exp(-x));
}

#endif
#if WITH_CURVE_ELU
static double elu_curve(double x, double alpha)
{
    return x > 0 ? x : alpha * expm1(x);
}

#endif
#if WITH_CURVE_SELU
static double selu_curve(double x, double alpha)
{
    (void)alpha;
    return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x));
}

#endif
#if WITH_CURVE_SOFTPLUS
static double softplus_curve(double x, double alpha)
{
    (void)alpha;
    return fmax(x, 0) + log1p(exp(-fabs(x)));
}

#endif
#if WITH_CURVE_SOFTSIGN
static double softsign_curve(double x, double alpha)
{
    (void)alpha;
    return x / (1 + fabs(x));
}

#endif
#if WITH_CURVE_GELU
static double gelu_curve(double x, double alpha)
{
    (void)alpha;
    return x / 2 * erfc(-x * 0.70710678118654752440);
}

#endif
#if WITH_CURVE_GELU_TANH
static double gelu_tanh_curve(double x, double alpha)
{
    (void)alpha;
    return x / (1 + exp(-1.5957691216057307117 * x * (1 + 0.044715 * x * x)));
}

#endif
#if WITH_CURVE_SWISH
static double swish_curve(double x, double alpha)
{
    (void)alpha;
    return x / (1 + exp(-x));
}

#endif
#if WITH_CURVE_LEAKY_RELU
static double leaky_relu_curve(double x, double alpha)
{
    return x > 0 ? x : alpha * x;
}

#endif
#if WITH_CURVE_EXPONENTIAL
static double exponential_curve(double x, double alpha)
{
    (void)alpha;
    return exp(x);
}

#endif
/* y (n) = f(x); y may be x */
static void apply(double (*f)(double x, double alpha), double alpha, const double *x,
                  int n, double *y)
{
    for (int j = 0; j < n; j++)
        y[j] = f(x[j], alpha);
}
