/* What a summary says of texts without labels. */
#include "summary_private.h"

#include "base/say.h"
#include "figures.h"

void summary_print_unlabelled(const struct summary *summary)
{
    const struct unlabelled *unlabelled = summary->unlabelled;
    const struct tally *tally = summary->unlabelled_tally;
    if (!unlabelled)
        return;

    int n = unlabelled_n(unlabelled);
    say_line(stdout,
             "unlabelled %d document%s, %lld words, %.2f %% of them without an id; %d "
             "longer than maxlen, %d empty",
             n, plural(n), (long long)tally->n_words,
             figures_percent(tally->n_unknown, tally->n_words), tally->n_longer,
             tally->n_empty);
    for (int part = 0; part < DATASET_PARTS; part++)
        if (unlabelled->overlap.of_part[part])
            say_line(stdout, "duplicates %d of %d %s document%s found in unlabelled",
                     unlabelled->overlap.of_part[part], summary->corpus->n_of_part[part],
                     dataset_part_names[part], plural(summary->corpus->n_of_part[part]));
    if (unlabelled->overlap.n_again)
        say_line(stdout, "duplicates %d document%s %s in unlabelled more than once",
                 unlabelled->overlap.n_again, plural(unlabelled->overlap.n_again),
                 unlabelled->overlap.n_again == 1 ? "stands" : "stand");
    if (unlabelled->overlap.n_dropped)
        say_line(stdout, "dropped    %d duplicate%s of unlabelled",
                 unlabelled->overlap.n_dropped, plural(unlabelled->overlap.n_dropped));
}

void summary_print_unlabelled_reading(const struct unlabelled *unlabelled)
{
    const struct reader_notes *notes =
        unlabelled ? reader_notes(unlabelled->reader) : NULL;
    for (int i = 0, shown = 0; notes && i < notes->n_files && shown < SUMMARY_MOST_READ;
         i++)
        if (notes->files[i].layout && !notes->files[i].trouble) {
            say_line(stdout, "read       %s", notes->files[i].layout);
            shown++;
        }
    if (notes)
        summary_print_notes(&unlabelled->corpus);
}

void summary_add_unlabelled(json_t *root, const struct summary *summary)
{
    const struct unlabelled *unlabelled = summary->unlabelled;
    const struct tally *tally = summary->unlabelled_tally;
    json_t *of_part = json_object();
    for (int part = 0; unlabelled && part < DATASET_PARTS; part++)
        json_object_set_new(of_part, dataset_part_names[part],
                            json_integer(unlabelled->overlap.of_part[part]));
    if (unlabelled)
        json_object_set_new(
            root, "unlabelled",
            json_pack("{s:i, s:I, s:I, s:I, s:i, s:i, s:O, s:i, s:i}", "documents",
                      unlabelled_n(unlabelled), "words", (json_int_t)tally->n_words,
                      "words_without_id", (json_int_t)tally->n_unknown, "ids_truncated",
                      (json_int_t)tally->n_truncated, "documents_truncated",
                      tally->n_longer, "documents_empty", tally->n_empty, "also_labelled",
                      of_part, "more_than_once", unlabelled->overlap.n_again, "dropped",
                      unlabelled->overlap.n_dropped));
    json_decref(of_part);
}
