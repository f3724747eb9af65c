/* The zip archives of make_hostile_models. */
#ifndef HOSTILE_ARCHIVES_H
#define HOSTILE_ARCHIVES_H

/* Writes them, made of folder/good.h5 and its configuration. */
void make_archives(const char *folder, const char *config);

#endif
