/*
 * What the program needs of the operating system beyond C: whole writes, files that are replaced at once, a user's
 * folders, random numbers, and starting other programs. Nothing here waits for another process, and nothing is kept.
 */
#ifndef BASE_OS_H
#define BASE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Writes all bytes to a descriptor that blocks, whatever interrupts it; false with errno. */
bool os_write_all(int file, const void *bytes, size_t length);

/*
 * Makes a file of these bytes, or puts it in the place of the one that is there, which readers have whole until then.
 * Both names are in the folder (a descriptor, or AT_FDCWD); what stands under the temporary one is removed. False with
 * errno.
 */
bool os_replace_file(int folder, const char *temporary, const char *name, mode_t mode, const void *bytes,
	size_t length);

/*
 * A file without a name, for bytes that are never on a disk: in memory where the system can do that, else a temporary
 * file (TMPDIR) that nobody else can open. A descriptor for reading and writing; -1 with errno. The name is for whoever
 * lists descriptors.
 */
int os_memory_file(const char *name);

enum os_folder {
	OS_FOLDER_CONFIG,  /* XDG_CONFIG_HOME, else ~/.config */
	OS_FOLDER_STATE,   /* XDG_STATE_HOME, else ~/.local/state */
	OS_FOLDER_RUNTIME, /* XDG_RUNTIME_DIR, else /run/user/UID where that is the user's own: programs of cron lack the variable */
};

/*
 * The path of `name` in a folder of the user's. False with out = "" where nothing gives an absolute path (errno is
 * ENOENT) or it does not fit (ENAMETOOLONG). Nothing is created.
 */
bool os_user_path(enum os_folder folder, const char *name, char *out, size_t size);

/* Makes each folder of a path that is not there yet, for the user alone; false with errno. */
bool os_make_folders(const char *path);

/*
 * A path as it is written in a file, where no shell has read it: ~, $HOME or ${HOME} at its beginning, alone or before a
 * slash, is the user's home. False where HOME gives none, or it does not fit.
 */
bool os_expand_home(const char *path, char *out, size_t size);

/* The other way round, for people and for files that mean the same on another computer: ~ in place of the home folder. */
void os_short_path(const char *path, char *out, size_t size);

/* Who sits at the terminal: "ann@pts/3", as far as it is known; without a terminal the user alone. */
void os_user_terminal(char *out, size_t size);

/* From the kernel, or of clock and process where it has no entropy yet: for names and delays, never for secrets. */
uint64_t os_random(void);

/* The same as a share: at least 0, below 1. */
double os_random_share(void);

/*
 * Starts a program with these three standard files (-1: /dev/null) and no other, with the signals that a program
 * expects at its start, and in a session of its own: it has no terminal to write on, and leads a process group by which
 * it can be killed. Returns 0 or the error's number.
 */
int os_spawn(pid_t *process, const char *program, char *const *arguments, char *const *environment, const int files[3]);

#endif
