#include "text/passage.h"

char *text_buffer(struct text_cut *cut, int which, size_t n)
{
    if (cut->buffer_room[which] < n + 8) { /* words are read 8 bytes at a time */
        cut->buffer_room[which] = n + n / 2 + 1024;
        cut->buffer[which] = xrealloc(cut->buffer[which], cut->buffer_room[which], 1);
    }
    return cut->buffer[which];
}

char *text_next_buffer(const struct passage *passage, size_t n)
{
    return text_buffer(passage->cut, 1 - passage->held, n);
}

void text_take_next(struct passage *passage, size_t n)
{
    passage->held = 1 - passage->held;
    passage->text = passage->cut->buffer[passage->held];
    passage->n = n;
}
