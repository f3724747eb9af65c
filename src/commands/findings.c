#include "commands/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/say.h"

void findings_add(struct findings *findings, const char *check, int level, char *says,
                  char *cure)
{
    size_t n = (size_t)findings->n;

    findings->list = xrealloc(findings->list, n + 1, sizeof *findings->list);
    findings->list[n] = (struct finding){check, level, says, cure};
    findings->n++;
}

int findings_count(const struct findings *findings, int level)
{
    int count = 0;

    for (int i = 0; i < findings->n; i++)
        count += findings->list[i].level == level;
    return count;
}

enum { INDENT = 26, WIDTH = 80 };

static void new_line(void)
{
    putchar('\n');
    for (int i = 0; i < INDENT; i++)
        putchar(' ');
}

/* Words of a text, in lines of at most 80 columns, the first of which has begun. */
static void say_words(const char *text)
{
    size_t column = INDENT;

    while (*text) {
        size_t n = strcspn(text, " ");
        char *word = xstrndup(text, n);
        size_t wide = say_escape(word, NULL, 0);
        if (column > INDENT && column + 1 + wide > WIDTH) {
            new_line();
            column = INDENT;
        }
        column += wide + (column > INDENT);
        say(stdout, column > INDENT + wide ? " %s" : "%s", word);
        free(word);
        text += n + strspn(text + n, " ");
    }
}

static void say_finding(const struct findings *findings, const struct finding *finding)
{
    say(stdout, "%-8s %-16s ", findings->levels[finding->level], finding->check);
    say_words(finding->says);
    if (finding->cure) {
        new_line();
        say_words(finding->cure);
    }
    putchar('\n');
}

static void say_json(const struct findings *findings)
{
    json_t *all = json_array();

    for (int i = 0; i < findings->n; i++) {
        const struct finding *finding = &findings->list[i];
        json_t *one = json_pack("{s:s,s:s,s:o}", "check", finding->check, "level",
                                findings->levels[finding->level], "says",
                                json_string(finding->says));
        if (finding->cure)
            json_object_set_new(one, "cure", json_string(finding->cure));
        json_array_append_new(all, one);
    }
    char *text = json_dumps(all, JSON_INDENT(2));
    puts(text ? text : "[]");
    free(text);
    json_decref(all);
}

void findings_say(const struct findings *findings, bool json)
{
    if (json)
        say_json(findings);
    for (int i = 0; i < findings->n && !json; i++)
        say_finding(findings, &findings->list[i]);
}

void findings_release(struct findings *findings)
{
    for (int i = 0; i < findings->n; i++) {
        free(findings->list[i].says);
        free(findings->list[i].cure);
    }
    free(findings->list);
}
