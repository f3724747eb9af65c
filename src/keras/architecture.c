/* A file beside weights that says what model they are of: model.to_json(). */
#include "keras/file.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "files/file.h"

enum { MOST_BYTES = 64 << 20 };

static int refuse_yaml(const char *path)
{
    return fail(ERR_FORMAT,
                "%s: no JSON; where it is YAML, of model.to_yaml(), make JSON of it: "
                "python3 -c 'import json, yaml; json.dump(yaml.full_load(open(\"%s\")), "
                "open(\"model.json\", \"w\"))'",
                path, path);
}

/* The usual recipe dumps a text of JSON once more. */
static json_t *load(const char *text)
{
    json_t *root = json_loads(text, JSON_DECODE_ANY, NULL);

    if (!json_is_string(root))
        return root;
    json_t *inner = json_loads(json_string_value(root), 0, NULL);
    json_decref(root);
    return inner;
}

/* get_config() gives what stands in "config" of to_json(). */
static json_t *whole(json_t *root)
{
    if (json_object_get(root, "config") || !json_object_get(root, "layers"))
        return root;
    return json_pack("{s:s, s:o}", "class_name", "Sequential", "config", root);
}

int keras_file_take_architecture(struct keras_file *file, const char *path)
{
    char *text = NULL;
    size_t n = 0;

    if (file->config)
        return fail(ERR_USAGE,
                    "--architecture is for files of weights alone: %s says itself what "
                    "model it is",
                    file->path);
    int rc = file_read(path, &text, &n);
    if (!rc && n > MOST_BYTES)
        rc = fail(ERR_FORMAT, "%s: more than %d MiB", path, MOST_BYTES >> 20);
    json_t *root = rc ? NULL : load(text);
    free(text);
    if (rc)
        return rc;
    if (!json_is_object(root)) {
        json_decref(root);
        return refuse_yaml(path);
    }

    root = whole(root);
    const char *version = json_string_value(json_object_get(root, "keras_version"));
    if (version && strlen(version) < 64) {
        free(file->version);
        file->version = xstrdup(version);
    }
    file->config = json_dumps(root, JSON_COMPACT);
    file->architecture = xstrdup(path);
    json_decref(root);
    return file->config ? OK : fail(ERR_FORMAT, "%s: no model's JSON", path);
}
