#include "train/private.h"

#include "text/text.h"

/* What ranks that do not read the file need to know of it: plain data. */
struct shared {
    uint64_t hash;
    struct facts facts; /* but for the labels, whose bytes follow */
    size_t label_bytes;
    struct rows part[DATASET_ALL_PARTS]; /* not in memory yet */
};

/* Collective. What rank 0 has read of the file; its labels are the caller's to free. */
static struct shared share(struct comm *comm, const struct dataset *data, char **labels)
{
    struct shared shared = {.hash = data->hash, .facts = data->facts};
    shared.facts.labels = NULL;
    memcpy(shared.part, data->part, sizeof shared.part);
    *labels = facts_pack_labels(&data->facts, &shared.label_bytes);

    comm_broadcast(comm, &shared, sizeof shared);
    *labels = xrealloc(*labels, shared.label_bytes, 1);
    comm_broadcast(comm, *labels, shared.label_bytes);
    return shared;
}

/* Collective. Readers compare what they opened with rank 0's; the others take it. */
static int share_facts(struct trainer *trainer, bool reads)
{
    struct dataset *data = &trainer->data;
    char *labels = NULL;
    int rc = OK;
    struct shared shared = share(trainer->comm, data, &labels);

    if (reads && data->hash != shared.hash)
        rc = fail(ERR_FORMAT,
                  "%s: rank %d reads another file under this name than rank %d: put "
                  "one data set where every node sees it",
                  trainer->config->data,
                  comm_rank_of_job(trainer->comm, trainer->comm->rank),
                  comm_rank_of_job(trainer->comm, 0));
    if (!reads) {
        data->hash = shared.hash;
        data->facts = shared.facts;
        facts_set_labels(&data->facts, labels);
        memcpy(data->part, shared.part, sizeof data->part);
    }
    free(labels);
    return comm_agree(trainer->comm, rc);
}

/* Collective. The first rank of each node checks the file, then others open it too. */
static int open_data(struct trainer *trainer, int readers)
{
    struct comm *comm = trainer->comm;
    struct dataset *data = &trainer->data;
    const char *path = trainer->config->data;
    int rc = OK;
    if (comm->node_rank == 0)
        rc = dataset_open(path, comm->rank == 0 ? DATASET_WORDS_KEPT : DATASET_WORDS_NONE,
                          data);
    rc = comm_agree(comm, rc);

    if (!rc && comm->node_rank > 0 && comm->node_rank < readers)
        rc = dataset_open_again(path, data);
    rc = comm_agree(comm, rc);
    return rc ? rc : share_facts(trainer, comm->node_rank < readers);
}

/* The words that a checkpoint keeps. */
static int read_tokenizer(struct trainer *trainer)
{
    struct text_tokenizer *tokenizer = NULL;
    int rc = dataset_tokenizer(&trainer->data, &tokenizer);
    if (!rc)
        trainer->tokenizer = text_to_json(tokenizer, true);
    text_free(tokenizer);
    return rc;
}

/* More would wait for each other. */
static int n_readers(const struct comm *comm)
{
    enum { READERS = 4 };
    return comm->node_size < READERS ? comm->node_size : READERS;
}

int trainer_load_data(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    struct dataset *data = &trainer->data;
    bool streams = trainer->config->sampler.shuffle == SHUFFLE_WINDOW ||
                   trainer_is_linear(trainer); /* which reads no ids */
    enum dataset_extent extent = streams ? DATASET_COLUMNS : DATASET_ALL;
    int readers = n_readers(comm);

    int rc = open_data(trainer, readers);
    if (rc)
        return rc;
    rc = comm_window_open(comm, dataset_bytes(data, extent), &trainer->window);
    if (rc)
        return streams ? rc : fail(rc, "%s, or give --shuffle window", fail_message());

    double began = trace_begin();
    dataset_attach(data, extent, trainer->window.bytes);
    if (comm->node_rank < readers)
        rc = dataset_load(data, comm->node_rank, readers);
    if (!rc && comm->rank == 0)
        rc = read_tokenizer(trainer);
    trace_end(TRACE_READ, began);

    comm_window_sync(comm, &trainer->window);
    return comm_agree(comm, rc);
}

int trainer_open_stream(struct trainer *trainer)
{
    const struct sampler_config *config = &trainer->config->sampler;
    if (config->shuffle != SHUFFLE_WINDOW || trainer_is_linear(trainer))
        return OK;

    int training = sampler_window_rows(&trainer->sampler);
    int evaluation = stream_window_rows(config->window_rows, config->lane_rows);
    int rc = stream_new(trainer->comm, &trainer->data, n_readers(trainer->comm),
                        training > evaluation ? training : evaluation, &trainer->stream);
    return rc ? fail(rc, "%s, or give fewer --window-rows", fail_message()) : OK;
}
