#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef HAVE_MEMFD_CREATE
#include <sys/mman.h>
#endif

#include "base/clock.h"
#include "base/text.h"

/* A wall has fewer than a hundred: a few files, and some connections for each slot of api/http. */
enum { OS_FILES_MAX = 512 };

bool os_write_all(int file, const void *bytes, size_t length)
{
	const char *at = bytes;
	while (length > 0) {
		ssize_t done = write(file, at, length);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		length -= (size_t)done;
	}
	return true;
}

bool os_replace_file(int folder, const char *temporary, const char *name, mode_t mode, const void *bytes, size_t length)
{
	/* What a killed run left, or somebody put there, is never opened: a pipe would hold the program. */
	unlinkat(folder, temporary, 0);
	int file = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (file < 0)
		return false;
	bool good = os_write_all(file, bytes, length);
	int why = errno;
	if (close(file) != 0 && good) {
		good = false;
		why = errno;
	}
	if (good && renameat(folder, temporary, folder, name) == 0)
		return true;
	why = good ? errno : why;
	unlinkat(folder, temporary, 0);
	errno = why;
	return false;
}

#ifdef HAVE_MEMFD_CREATE

int os_memory_file(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC);
}

#else

int os_memory_file(const char *name)
{
	char path[4096];
	const char *folder = getenv("TMPDIR");
	snprintf(path, sizeof(path), "%.4000s/%.60s-XXXXXX", folder != NULL && folder[0] == '/' ? folder : "/tmp",
		name);
	int file = mkostemp(path, O_CLOEXEC);
	if (file >= 0)
		unlink(path);
	return file;
}

#endif

/* Where systemd puts what belongs to a user's sessions; NULL: there is none, or it is not the user's alone. */
static const char *os_session_folder(char *out, size_t size)
{
	struct stat about;
	snprintf(out, size, "/run/user/%u", (unsigned)geteuid());
	return lstat(out, &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == geteuid() && (about.st_mode & 077) == 0 ? out : NULL;
}

bool os_user_path(enum os_folder folder, const char *name, char *out, size_t size)
{
	static const struct {
		const char *variable, *below_home;
	} rows[] = {
		[OS_FOLDER_CONFIG] = { "XDG_CONFIG_HOME", "/.config" },
		[OS_FOLDER_STATE] = { "XDG_STATE_HOME", "/.local/state" },
		[OS_FOLDER_RUNTIME] = { "XDG_RUNTIME_DIR", NULL },
	};
	const char *path = getenv(rows[folder].variable), *below = "";
	if ((path == NULL || path[0] != '/') && rows[folder].below_home != NULL) {
		path = getenv("HOME");
		below = rows[folder].below_home;
	}
	char own[32];
	if ((path == NULL || path[0] != '/') && folder == OS_FOLDER_RUNTIME)
		path = os_session_folder(own, sizeof(own));
	bool known = path != NULL && path[0] == '/';
	int length = known ? snprintf(out, size, "%s%s/%s", path, below, name) : 0;
	if (known && length >= 0 && (size_t)length < size)
		return true;
	out[0] = '\0';
	errno = known ? ENAMETOOLONG : ENOENT;
	return false;
}

bool os_make_folders(const char *path)
{
	char part[1024];
	if ((size_t)snprintf(part, sizeof(part), "%s", path) >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return false;
	}
	for (char *at = strchr(part + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return false;
		*at = '/';
	}
	return mkdir(part, 0700) == 0 || errno == EEXIST;
}

bool os_expand_home(const char *path, char *out, size_t size)
{
	static const char *const signs[] = { "~", "$HOME", "${HOME}" };
	const char *home = "", *rest = path;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t length = strlen(signs[i]);
		if (strncmp(path, signs[i], length) == 0 && (path[length] == '/' || path[length] == '\0')) {
			home = getenv("HOME");
			rest = path + length;
		}
	}
	int length = home == NULL || (rest != path && home[0] != '/') ? -1 : snprintf(out, size, "%s%s", home, rest);
	return length >= 0 && (size_t)length < size;
}

void os_short_path(const char *path, char *out, size_t size)
{
	const char *home = getenv("HOME");
	size_t length = home != NULL ? strlen(home) : 0;
	bool below = length > 1 && strncmp(path, home, length) == 0 && path[length] == '/';
	snprintf(out, size, "%s%s", below ? "~" : "", below ? path + length : path);
}

void os_user_terminal(char *out, size_t size)
{
	const char *user = getenv("USER") != NULL ? getenv("USER") : getenv("LOGNAME");
	char path[64] = "", number[16];
	snprintf(number, sizeof(number), "user %u", (unsigned)getuid());
	bool known = ttyname_r(STDIN_FILENO, path, sizeof(path)) == 0 || ttyname_r(STDOUT_FILENO, path, sizeof(path)) == 0;
	const char *tty = strncmp(path, "/dev/", 5) == 0 ? path + 5 : path;
	char text[128];
	snprintf(text, sizeof(text), "%.30s%s%s", user != NULL && user[0] != '\0' ? user : number, known ? "@" : "", known ? tty : "");
	(void)text_scrub(out, size, text, strlen(text));
}

uint64_t os_random(void)
{
	uint64_t number = 0;
	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != (ssize_t)sizeof(number))
		number = ((uint64_t)clock_wall_ms() ^ (uint64_t)getpid() << 40) * 0x9e3779b97f4a7c15u;
	return number;
}

double os_random_share(void)
{
	return (double)(os_random() >> 32) / 4294967296.0;
}

/*
 * Ours close by themselves in the new program; some of the libraries' do not, such as the pair by which libcurl wakes
 * itself.
 */
static void os_hide_files(void)
{
	for (int file = STDERR_FILENO + 1; file < OS_FILES_MAX; file++) {
		int flags = fcntl(file, F_GETFD);
		if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
			(void)fcntl(file, F_SETFD, flags | FD_CLOEXEC);
	}
}

int os_spawn(pid_t *process, const char *program, char *const *arguments, char *const *environment, const int files[3])
{
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_t actions;
	sigset_t all, none;
	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3; i++) {
		if (files[i] < 0)
			posix_spawn_file_actions_addopen(&actions, i, "/dev/null",
				i == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
		else if (files[i] != i)
			posix_spawn_file_actions_adddup2(&actions, files[i], i);
	}
	os_hide_files();
	int code = posix_spawn(process, program, &actions, &attributes, arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return code;
}
