#include "train/private.h"

#include "train/shared_data.h"

int trainer_load_data(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    struct dataset *data = &trainer->data;
    bool streams = trainer->config->sampler.shuffle == SHUFFLE_WINDOW ||
                   trainer_is_linear(trainer); /* which reads no ids */
    enum dataset_extent extent = streams ? DATASET_COLUMNS : DATASET_ALL;
    struct shared_readers readers = shared_readers_few(comm, !streams);

    int rc =
        shared_data_open(comm, trainer->config->data, DATASET_WORDS_KEPT, readers, data);
    if (!rc)
        rc = comm_agree(comm, comm->rank == 0 ? dataset_keep_words(data) : OK);
    return rc ? rc
              : shared_data_load(comm, extent, readers,
                                 streams ? NULL : "give --shuffle window", data,
                                 &trainer->window);
}

int trainer_open_stream(struct trainer *trainer)
{
    const struct sampler_config *config = &trainer->config->sampler;
    if (config->shuffle != SHUFFLE_WINDOW || trainer_is_linear(trainer))
        return OK;

    int readers = shared_readers_few(trainer->comm, false).n;
    int training = sampler_window_rows(&trainer->sampler);
    int evaluation = stream_window_rows(config->window_rows, config->lane_rows);
    int rc = stream_new(trainer->comm, &trainer->data, readers,
                        training > evaluation ? training : evaluation, &trainer->stream);
    return rc ? fail(rc, "%s, or give fewer --window-rows", fail_message()) : OK;
}
