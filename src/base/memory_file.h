/*
 * A file without a name, for bytes that are never on a disk: in memory where the system can do that, else a temporary
 * file (TMPDIR) that nobody else can open. The caller closes it.
 */
#ifndef BASE_MEMORY_FILE_H
#define BASE_MEMORY_FILE_H

/* A descriptor for reading and writing, closed by exec; -1 with errno. The name is for whoever lists descriptors. */
int memory_file(const char *name);

#endif
