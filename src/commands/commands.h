/* The commands of rnntrain: each takes the arguments after its name and returns an error
 * code. Results go to standard output; a failure's message is printed once.
 */
#ifndef RNNTRAIN_COMMANDS_COMMANDS_H
#define RNNTRAIN_COMMANDS_COMMANDS_H

#include "base/program.h"

/* COMMAND(name, group, whether all ranks run it, help): a command is its row here and a
 * file that defines cmd_<name> and cmd_<name>_table. The first one runs where none is
 * named. */
#define COMMAND_LIST(COMMAND)                                                            \
    COMMAND(train, "Training", true,                                                     \
            "trains a model on a data set; mpirun -np N rnntrain ... on N ranks")        \
    COMMAND(tune, "Training", true,                                                      \
            "finds the options that make the best model of a data set")                  \
    COMMAND(sweep, "Training", true,                                                     \
            "trains all points of a grid of options and compares them")                  \
    COMMAND(doctor, "Training", true,                                                    \
            "says whether a job would run well here, and what to do where not")          \
    COMMAND(selftest, "Training", true,                                                  \
            "tries the arithmetic of this processor, build and ranks")                   \
    COMMAND(summary, "Training", false,                                                  \
            "shows the layers of a model, before or after it is trained")                \
    COMMAND(report, "Training", false, "makes one page of HTML of what runs learnt")     \
    COMMAND(compare, "Training", false, "says in what runs differ, and which is better") \
    COMMAND(history, "Training", false, "prints the epochs of runs as CSV")              \
    COMMAND(watch, "Training", false, "follows a run, also from another node")           \
    COMMAND(eval, "Trained models, and models of Keras", true,                           \
            "says how well a model judges a part of a data set")                         \
    COMMAND(predict, "Trained models, and models of Keras", true,                        \
            "judges texts, one a line")                                                  \
    COMMAND(mistakes, "Trained models, and models of Keras", true,                       \
            "shows rows judged worst, and labels that are likely wrong")                 \
    COMMAND(calibrate, "Trained models, and models of Keras", false,                     \
            "chooses by what a model's probabilities are corrected and decided")         \
    COMMAND(inspect, "Trained models, and models of Keras", false,                       \
            "shows what a model or a data set holds, or verifies it")                    \
    COMMAND(import, "Trained models, and models of Keras", false,                        \
            "makes a checkpoint of a model of Keras, to be trained on or served")        \
    COMMAND(export, "Trained models, and models of Keras", false,                        \
            "writes a model for other programs: Keras, ONNX, C")                         \
    COMMAND(seal, "Trained models, and models of Keras", false,                          \
            "checks and seals a file again that another program opened to write")

COMMAND_LIST(COMMAND_DECLARATION)

extern const struct program rnntrain_program;

#endif
