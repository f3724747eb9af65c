#include "input/entry_names.h"

#include <string.h>

#include <xxhash.h>

#include "base/say.h"

/* Whether ".." is one of a name's folders. */
static bool leads_out(const char *name)
{
    for (; *name; name += strcspn(name, "/"), name += *name == '/')
        if (strcspn(name, "/") == 2 && !memcmp(name, "..", 2))
            return true;
    return false;
}

int entry_names_add(struct entry_names *names, const char *path, const char *name)
{
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits(name, strlen(name)));

    if (words_find(&names->hashes, (const char *)&hash, sizeof hash) >= 0)
        return fail(ERR_FORMAT,
                    "%s: %.*s%s is there twice, as where a newer version was added: "
                    "unpack it and give the folder",
                    path, SAY_SHORT(name, 60));
    words_add(&names->hashes, (const char *)&hash, sizeof hash);
    return OK;
}

int entry_name_check(const char *path, const char *name)
{
    enum { MOST_BYTES = 4095, MOST_FOLDERS = 128 };
    size_t n = 0, n_folders = 0;
    if (!name)
        return fail(ERR_FORMAT, "%s: an entry has no readable name", path);

    if (leads_out(name))
        return fail(
            ERR_FORMAT,
            "%s: the entry \"%.*s%s\" leads out of the archive: it was made to do "
            "harm, or packed wrongly; pack it from within its folder",
            path, SAY_SHORT(name, 60));
    for (; name[n] && n <= MOST_BYTES; n++)
        n_folders += name[n] == '/';
    if (n <= MOST_BYTES && n_folders <= MOST_FOLDERS)
        return OK;
    return fail(ERR_FORMAT,
                "%s: the name of an entry, \"%.*s%s\", has more than %d bytes or %d "
                "folders: it is damaged, or was made to take memory",
                path, SAY_SHORT(name, 60), MOST_BYTES, MOST_FOLDERS);
}

void entry_names_release(struct entry_names *names)
{
    words_release(&names->hashes);
}
