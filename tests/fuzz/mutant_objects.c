/* Changes of what an HDF5 file holds, by HDF5: links and groups. */
#include "mutant_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* Names that mean something here or to HDF5, and some that should not. */
static const char *const names[] = {"labels",
                                    "state",
                                    "config",
                                    "tokenizer",
                                    "provenance",
                                    "best",
                                    "slot_0",
                                    "optimizer",
                                    "rnntrain",
                                    "model_weights",
                                    "num_words",
                                    "maxlen",
                                    "n_slots",
                                    "pad_pre",
                                    "format",
                                    "needs",
                                    "x",
                                    "format_version",
                                    "y",
                                    "length",
                                    "train",
                                    "test",
                                    "layer_names",
                                    "weight_names",
                                    "model_config",
                                    "training_config",
                                    "vars",
                                    "0",
                                    "keras_version",
                                    "backend",
                                    "..",
                                    "a b",
                                    "\x1b[2J",
                                    "\xff",
                                    "layers"};

const char *mutant_some_name(struct fuzz *input)
{
    return names[mutant_below(input, COUNT_OF(names))];
}
static const char *other_path(const struct change *change)
{
    return change->paths->path[mutant_below(change->input, change->paths->n)];
}
static void delete_object(const struct change *change)
{
    H5Ldelete(change->file, change->path, H5P_DEFAULT);
}

static void link_soft(const struct change *change)
{
    const char *to = fuzz_below(change->input, 2) ? change->path : other_path(change);
    H5Ldelete(change->file, change->path, H5P_DEFAULT);
    H5Lcreate_soft(to, change->file, change->path, H5P_DEFAULT, H5P_DEFAULT);
}

static void link_external(const struct change *change)
{
    static const char *const extensions[] = {".h5", ".txt", ".fifo"};
    const char *extension = extensions[fuzz_below(change->input, 3)];
    H5Ldelete(change->file, change->path, H5P_DEFAULT);
    H5Lcreate_external(mutant_elsewhere(extension), "/labels", change->file, change->path,
                       H5P_DEFAULT, H5P_DEFAULT);
}

/* Under a second name, also within itself. */
static void link_hard(const struct change *change)
{
    const char *to = other_path(change);
    char *inside = xasprintf("%s/%s", change->path, mutant_some_name(change->input));
    if (fuzz_below(change->input, 2)) {
        H5Lcreate_hard(change->file, to, change->file, inside, H5P_DEFAULT, H5P_DEFAULT);
    } else if (strcmp(to, change->path)) {
        H5Ldelete(change->file, change->path, H5P_DEFAULT);
        H5Lcreate_hard(change->file, to, change->file, change->path, H5P_DEFAULT,
                       H5P_DEFAULT);
    }
    free(inside);
}

static hid_t follow_nowhere(const char *name, hid_t group, const void *data, size_t n,
                            hid_t access, hid_t transfer)
{
    (void)name;
    (void)group;
    (void)data;
    (void)n;
    (void)access;
    (void)transfer;
    return -1;
}

static void link_by_user(const struct change *change)
{
    static const H5L_class_t class = {.version = H5L_LINK_CLASS_T_VERS,
                                      .id = (H5L_type_t)100,
                                      .comment = "mutant",
                                      .trav_func = follow_nowhere};
    H5Lregister(&class);
    H5Ldelete(change->file, change->path, H5P_DEFAULT);
    H5Lcreate_ud(change->file, change->path, class.id, "data", 4, H5P_DEFAULT,
                 H5P_DEFAULT);
}

static void rename_object(const struct change *change)
{
    H5Lmove(change->file, change->path, change->file, mutant_some_name(change->input),
            H5P_DEFAULT, H5P_DEFAULT);
}

static void add_many_groups(const struct change *change)
{
    int n = 1 << fuzz_below(change->input, 9);
    bool is_deep = fuzz_below(change->input, 2);
    hid_t at = H5Oopen(change->file, change->path, H5P_DEFAULT);

    for (int i = 0; i < n && at >= 0; i++) {
        char *name = xasprintf("g%d", is_deep ? 0 : i);
        hid_t next = H5Gcreate2(at, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        free(name);
        if (next < 0)
            break;
        H5Gclose(is_deep ? at : next);
        at = is_deep ? next : at;
    }
    if (at >= 0)
        H5Oclose(at);
}

static void add_comment(const struct change *change)
{
    H5Oset_comment_by_name(change->file, change->path, mutant_some_name(change->input),
                           H5P_DEFAULT);
}

static void (*const changes[])(const struct change *) = {mutant_replace_array,
                                                         mutant_lay_out_again,
                                                         mutant_set_number,
                                                         mutant_replace_attribute,
                                                         link_soft,
                                                         mutant_delete_attribute,
                                                         delete_object,
                                                         link_external,
                                                         link_hard,
                                                         link_by_user,
                                                         rename_object,
                                                         add_many_groups,
                                                         add_comment,
                                                         mutant_set_number,
                                                         mutant_add_attributes,
                                                         mutant_replace_array};

/* All of it in the forms of HDF5's later versions. */
void mutant_write_as_latest(struct image *image)
{
    static unsigned number;
    hid_t from = mutant_open(image), access = H5Pcreate(H5P_FILE_ACCESS);
    char *name = xasprintf("latest-%u", number++);

    H5Pset_fapl_core(access, 1 << 16, 0);
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    hid_t to = from < 0 ? -1 : H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (to >= 0) {
        struct paths paths = mutant_list(from);
        for (size_t i = 0; i < paths.n; i++)
            if (!strchr(paths.path[i], '/') && strcmp(paths.path[i], "."))
                H5Ocopy(from, paths.path[i], to, paths.path[i], H5P_DEFAULT, H5P_DEFAULT);
        mutant_free_paths(&paths);
        mutant_close(to, image);
    }

    if (from >= 0)
        H5Fclose(from);
    H5Pclose(access);
    free(name);
}

void mutant_change_objects(struct image *image, struct fuzz *input)
{
    int kind = fuzz_below(input, (int)COUNT_OF(changes));
    hid_t file = mutant_open(image);
    if (file < 0)
        return;
    struct paths paths = mutant_list(file);
    const struct change change = {file, paths.path[mutant_below(input, paths.n)], &paths,
                                  input};
    changes[kind](&change);
    mutant_free_paths(&paths);
    mutant_close(file, image);
}
