/* Number i of a table of digits, the greatest first. */
static uint32_t unpack(const struct packed *table, size_t i)
{
    size_t width = (size_t)table->width;
    const char *digits =
        table->digits + i / PACKED * (PACKED * width + 1) + i % PACKED * width;
    uint32_t number = 0;

    for (size_t k = 0; k < width; k++)
        number = number * 92 + (uint32_t)(digits[k] - '#');
    return number;
}

/* The n-gram of another one and a word behind it; -1: there is none. */
static int find_child(int node, int word)
{
    if (node >= N_PARENTS)
        return -1;

    int low = (int)unpack(&children_begin, (size_t)node);
    int high = (int)unpack(&children_begin, (size_t)node + 1), end = high;
    while (low < high) {
        int middle = (low + high) / 2;
        if ((int)unpack(&last_words, (size_t)middle) < word)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && (int)unpack(&last_words, (size_t)low) == word ? low : -1;
}

static int compare_numbers(const void *left, const void *right)
{
    int a = *(const int *)left, b = *(const int *)right;
    return a < b ? -1 : a > b;
}

/* The n-grams that n words have, ascending, each once; `nodes` has room for n and
 * `found` for n * LONGEST numbers. Returns how many they are. */
static size_t find_ngrams(const int *words, size_t n, int *nodes, int *found)
{
    size_t n_found = 0, n_kept = 0;
    for (size_t i = 0; i < n; i++)
        nodes[i] = words[i] == NO_NGRAM_WORD ? -1 : words[i] - 1;

    for (size_t k = 1; k <= LONGEST && k <= n; k++) {
        for (size_t i = 0; i + k <= n; i++)
            if (nodes[i] >= 0)
                found[n_found++] = (int)unpack(&numbers, (size_t)nodes[i]);

        /* one is longer where its words behind the first are an n-gram too */
        for (size_t i = 0; i + k < n; i++)
            nodes[i] = nodes[i] >= 0 && nodes[i + 1] >= 0
                           ? find_child(nodes[i], words[i + k] - 1)
                           : -1;
    }

    qsort(found, n_found, sizeof *found, compare_numbers);
    for (size_t i = 0; i < n_found; i++)
        if (i == 0 || found[i] != found[n_kept - 1])
            found[n_kept++] = found[i];
    return n_kept;
}

static double unpack_float(const struct packed *table, size_t i)
{
    uint32_t bits = unpack(table, i);
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

#if WITH_IDF
/* What the n-grams' sums are divided by: the root of the sum of idf^2. */
static double find_length(const struct workspace *work, const struct packed *idf)
{
    double square = 0;
    for (size_t i = 0; i < work->n_ngrams; i++) {
        double x = unpack_float(idf, (size_t)work->ngrams[i]);
        square += x * x;
    }
    return square > 0 ? sqrt(square) : 1;
}

#endif
/* y (units) = the sum of the n-grams' rows of w over `length`, in 32 bits. */
static void add_ngrams(const struct workspace *work, const struct packed *w,
                       double length, int units, double *y)
{
    memset(y, 0, (size_t)units * sizeof *y);
    for (size_t i = 0; i < work->n_ngrams; i++)
        for (int j = 0; j < units; j++)
            y[j] += unpack_float(w, (size_t)work->ngrams[i] * (size_t)units + (size_t)j);

    for (int j = 0; j < units; j++)
        y[j] = (float)(y[j] / length);
}
