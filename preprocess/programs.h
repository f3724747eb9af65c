/* The commands of rnnprep: each takes the arguments after its name, prints its result to
 * standard output and returns an error code.
 */
#ifndef RNNTRAIN_PREPROCESS_PROGRAMS_H
#define RNNTRAIN_PREPROCESS_PROGRAMS_H

#include "base/program.h"

/* COMMAND(name, group, whether it is parallel, help): a command is its row here and a
 * file that defines cmd_<name> and cmd_<name>_table. The first one runs where none is
 * named. */
#define COMMAND_LIST(COMMAND)                                                            \
    COMMAND(prepare, "Data sets", false,                                                 \
            "makes a data set of a corpus: rnnprep CORPUS -o dataset.h5")                \
    COMMAND(inspect, "Data sets", false,                                                 \
            "shows what a data set holds, and some of it as text")                       \
    COMMAND(baseline, "Data sets", false,                                                \
            "judges the test part without word order, for comparison")                   \
    COMMAND(vectors, "Word vectors", false,                                              \
            "makes vectors of the words of labelled and unlabelled texts")               \
    COMMAND(sample, "Corpora", false,                                                    \
            "writes a synthetic corpus of film reviews to try things with")

COMMAND_LIST(COMMAND_DECLARATION)

/* How the command `vectors` makes them if no option says otherwise. */
struct make_options vectors_usual_options(void);

#endif
