#include "input/strays.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "input/place.h"

static const char *const system_names[] = {
    "thumbs.db",    "ehthumbs.db",
    "desktop.ini",  "icon\r",
    "__macosx",     "@eadir",
    "lost+found",   "__pycache__",
    "$recycle.bin", "system volume information",
};

/* Editors' copies, and what a download leaves. */
static const char *const system_endings[] = {"~",    ".bak", ".orig",
                                             ".swp", ".swo", ".crdownload"};

/* Also with an ending: README.md. */
static const char *const beside_names[] = {
    "readme",   "license", "licence",  "copying",      "changelog",        "authors",
    "citation", "notice",  "makefile", "contributing", "requirements.txt",
};

static const char *const beside_endings[] = {
    ".md",   ".rst",  ".py",  ".ipynb", ".sh",   ".pl",    ".rb",   ".js",     ".java",
    ".c",    ".h",    ".cc",  ".cpp",   ".hpp",  ".go",    ".rs",   ".r",      ".m",
    ".tex",  ".bib",  ".bst", ".log",   ".cfg",  ".ini",   ".toml", ".yml",    ".yaml",
    ".html", ".htm",  ".css", ".xml",   ".pdf",  ".ps",    ".doc",  ".docx",   ".odt",
    ".rtf",  ".pptx", ".png", ".jpg",   ".jpeg", ".gif",   ".svg",  ".tif",    ".webp",
    ".mp3",  ".wav",  ".mp4", ".so",    ".o",    ".exe",   ".dll",  ".class",  ".jar",
    ".bin",  ".pt",   ".pth", ".ckpt",  ".onnx", ".keras", ".lock", ".sha256", ".md5",
};

static bool ends_in(const char *name, size_t n, const char *ending)
{
    size_t n_ending = strlen(ending);
    return n > n_ending &&
           name[n - n_ending] == *ending && /* a mark: most names differ */
           !strncasecmp(name + n - n_ending, ending, n_ending);
}

static bool is_of_system(const char *name, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(system_names); i++)
        if (place_is_word(name, n, system_names[i]))
            return true;
    for (size_t i = 0; i < COUNT_OF(system_endings); i++)
        if (ends_in(name, n, system_endings[i]))
            return true;
    bool is_lock = n > 2 && name[0] == '~' && name[1] == '$'; /* of an office program */
    bool is_autosave = n > 2 && name[0] == '#' && name[n - 1] == '#';
    return is_lock || is_autosave || (n == 3 && !memcmp(name, "CVS", 3));
}

bool strays_of_system(const char *path)
{
    while (*path) {
        size_t n = strcspn(path, "/");
        if (n && is_of_system(path, n))
            return true;
        path += n + (path[n] == '/');
    }
    return false;
}

bool strays_beside(const char *path)
{
    const char *name = place_last_name(path);
    size_t n = strlen(name), n_stem = strcspn(name, ".");

    for (size_t i = 0; i < COUNT_OF(beside_names); i++)
        if (place_is_word(name, n, beside_names[i]) ||
            place_is_word(name, n_stem, beside_names[i]))
            return true;
    for (size_t i = 0; i < COUNT_OF(beside_endings); i++)
        if (ends_in(name, n, beside_endings[i]))
            return true;
    return false;
}
