#include "train/selftest.h"

const char *const selftest_fault_names[] = {[SELFTEST_SOUND] = "none",
                                            [SELFTEST_WRONG_GRADIENT] = "gradient",
                                            [SELFTEST_UNSTEADY] = "unsteady",
                                            NULL};
_Static_assert(COUNT_OF(selftest_fault_names) == SELFTEST_FAULTS + 1,
               "a fault has no name");

static const struct kernels *sound;
static struct kernels spoilt;

static void lstm_too_large(const struct lstm_backward *s)
{
    sound->lstm_backward(s);
    s->db[0] += (real)0.25;
}

static void lstm_unsteady(const struct lstm_backward *s)
{
    static unsigned calls;

    sound->lstm_backward(s);
    if (++calls % 7 == 0)
        s->db[0] *= (real)(1 + 3e-7);
}

const struct kernels *selftest_spoil(const struct kernels *kernels,
                                     enum selftest_fault fault)
{
    if (fault == SELFTEST_SOUND)
        return kernels;

    sound = kernels;
    spoilt = *kernels;
    spoilt.lstm_backward =
        fault == SELFTEST_WRONG_GRADIENT ? lstm_too_large : lstm_unsteady;
    return &spoilt;
}
