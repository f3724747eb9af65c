/* The table's row of each id: y (LENGTH, width). */
static void embed(const float *table, int width, const int *ids, double *y)
{
    for (int t = 0; t < LENGTH; t++, y += width)
        set(y, table + (size_t)ids[t] * (size_t)width, width);
}
