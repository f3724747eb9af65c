/* The model: sums in double, so that no order of additions matters. */

struct workspace {
#if WITH_IDS
    int ids[LENGTH];
#endif
#if WITH_NGRAMS
    int *ngrams; /* that the text has, ascending */
    size_t n_ngrams;
#endif
    double values[2][VALUES]; /* what a layer takes and what it gives, in turns */
#if WITH_STATE
    double state[STATE]; /* of the layer at work */
#endif
};

#if WITH_IDS
/* y = b */
static void set(double *y, const float *b, int n)
{
    for (int j = 0; j < n; j++)
        y[j] = b[j];
}

/* y (columns) += x (rows) w, where w's rows are `stride` apart. */
static void add_product(double *y, const double *x, const float *w, int rows, int columns,
                        int stride)
{
    for (int k = 0; k < rows; k++, w += stride)
        for (int j = 0; j < columns; j++)
            y[j] += x[k] * w[j];
}

/* y (units) = x (inputs) w + b */
static void weigh(const double *x, int inputs, const float *w, const float *b, int units,
                  double *y)
{
    set(y, b, units);
    add_product(y, x, w, inputs, units, units);
}

#endif
#if WITH_CURVES
/* insert: curves */

#endif
/* insert: layers */

/* insert: forward */

#if WITH_ALONE
/* Returns the class decided for. */
static int judge(struct workspace *work, double *probabilities)
{
    return decide(find_logits(work), probabilities);
}

#endif
/* insert: ensemble */

#if WITH_IDS
/* Exactly LENGTH ids. Returns whether the model knows them all. */
static bool pad(const int *ids, int n, int *row)
{
    int kept = n < LENGTH ? n : LENGTH;
    memset(row, 0, LENGTH * sizeof *row);

#if WITH_TRUNCATE_PRE
    ids += n - kept; /* a long text loses its beginning */
#endif
#if WITH_PAD_PRE
    row += LENGTH - kept; /* zeros stand in front */
#endif

    for (int i = 0; i < kept; i++) {
        if (ids[i] < 0 || ids[i] >= VOCABULARY)
            return false;
        row[i] = ids[i];
    }
    return true;
}

#endif
