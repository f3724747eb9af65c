/* Which ranks share a node. They are neighbours: ranks are numbered node by node,
 * whatever order the launcher dealt them out in, so that a node computes lanes that
 * follow each other and has whole subtrees of their tree. */
#include "ranks/private.h"

#include <stdlib.h>

/* Rank 0 stays it: nodes are in the order of their first ranks. */
static MPI_Comm in_order_of_nodes(MPI_Comm ranks, MPI_Comm node)
{
    MPI_Comm all;
    int first;
    MPI_Comm_rank(ranks, &first);
    MPI_Bcast(&first, 1, MPI_INT, 0, node);
    MPI_Comm_split(ranks, 0, first, &all);
    return all;
}

static void number_ranks(const struct comm *comm, int number)
{
    struct comm_state *state = comm->state;
    size_t size = (size_t)comm->size;
    int mine[2] = {number, comm->node_rank}, *all = xcalloc(size, sizeof mine);
    MPI_Allgather(mine, 2, MPI_INT, all, 2, MPI_INT, state->all);

    state->numbers = xcalloc(size, sizeof *state->numbers);
    state->node_first = xcalloc(size + 1, sizeof *state->node_first);
    for (int r = 0; r < comm->size; r++) {
        state->numbers[r] = all[2 * r];
        if (all[2 * r + 1] == 0)
            state->node_first[state->n_nodes++] = r;
    }
    state->node_first[state->n_nodes] = comm->size;
    free(all);
}

void comm_learn_ranks(struct comm *comm, MPI_Comm ranks, MPI_Comm node, int number)
{
    struct comm_state *state = comm->state;
    state->all = in_order_of_nodes(ranks, node);
    state->node = node;
    MPI_Comm_rank(state->all, &comm->rank);
    MPI_Comm_size(state->all, &comm->size);
    MPI_Comm_rank(node, &comm->node_rank);
    MPI_Comm_size(node, &comm->node_size);
    comm->node_cores = comm_usable_cores();
    number_ranks(comm, number);
    state->leaders = MPI_COMM_NULL;
    if (state->n_nodes > 1)
        MPI_Comm_split(state->all, comm->node_rank == 0 ? 0 : MPI_UNDEFINED, 0,
                       &state->leaders);
    comm_learn_hosts(comm);
}

MPI_Comm comm_real_node(MPI_Comm ranks)
{
    MPI_Comm node;
    MPI_Comm_split_type(ranks, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    return node;
}

void comm_forget_ranks(struct comm *comm)
{
    struct comm_state *state = comm->state;
    if (state->leaders != MPI_COMM_NULL)
        MPI_Comm_free(&state->leaders);
    if (state->node != MPI_COMM_NULL) {
        MPI_Comm_free(&state->node);
        MPI_Comm_free(&state->all);
    }
    free(state->hosts);
    free(state->numbers);
    free(state->node_first);
    state->n_nodes = 0;
}

void comm_pretend_nodes(struct comm *comm, const int *node_of)
{
    struct comm_state *state = comm->state, old = *state;
    struct comm before = {.state = &old};
    MPI_Comm node;
    if (comm->size == 1)
        return;
    state->n_nodes = 0;
    MPI_Comm_split(old.node, node_of[comm->rank], 0, &node);
    comm_learn_ranks(comm, old.all, node, old.numbers[comm->rank]);
    comm_forget_ranks(&before);
}
