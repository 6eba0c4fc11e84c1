#include "local/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/os.h"
#include "base/url.h"

enum { HOLDER_BYTES_MAX = 1024, LOCK_TRIES = 4, NAME_ROOM = PLACE_NAME_MAX + 8 };

/* ---- the names ---- */

/* FNV-1a: two logins of one user must not share a name by chance. */
static uint64_t place_hash(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash;
}

static void place_lock_name(const struct local_place *place, char out[NAME_ROOM])
{
	snprintf(out, NAME_ROOM, "%s.lock", place->name);
}

static int place_open_lock(const struct local_place *place)
{
	char name[NAME_ROOM];
	place_lock_name(place, name);
	return openat(place->folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
}

bool local_place_find(struct local_place *place, const struct local_login *login, struct error *error)
{
	struct url_base base;
	char socket_name[PLACE_NAME_MAX + 16];
	*place = (struct local_place){ .folder = login->folder, .own_folder = -1, .lock = -1 };
	if (login->folder < 0 || login->tenant == NULL || login->user == NULL)
		return error_set(error, "there is no folder for it");
	if (!url_base_read(&base, login->url, login->tenant, login->allow_plaintext, error))
		return false;
	int length = snprintf(place->identity, sizeof(place->identity), "%s\n%s\n%s", base.text, login->tenant, login->user);
	if (length < 0 || (size_t)length >= sizeof(place->identity))
		return error_set(error, "the login is too long");
	snprintf(place->name, sizeof(place->name), "login-%016llx", (unsigned long long)place_hash(place->identity));
	snprintf(socket_name, sizeof(socket_name), "cxwall/%s.socket", place->name);
	(void)os_user_path(OS_FOLDER_RUNTIME, socket_name, place->path, sizeof(place->path));
	snprintf(place->mark, sizeof(place->mark), "%08x", (unsigned)place_hash(place->path));
	int file = place_open_lock(place);
	if (file < 0)
		return error_set(error, "%s", strerror(errno));
	close(file);
	return true;
}

/* ---- the lock ---- */

/* Whether a file that was opened is the one that has the name now. */
static bool place_is_named(const struct local_place *place, int file)
{
	char name[NAME_ROOM];
	struct stat opened, named;
	place_lock_name(place, name);
	return fstat(file, &opened) == 0 && fstatat(place->folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/*
 * The folder of a session goes when its user logs out, while programs of tmux go on; another session makes it anew. True if
 * there is one by now, and it is not the one that was open.
 */
static bool place_open_folder_anew(struct local_place *place)
{
	char path[PLACE_PATH_MAX];
	struct stat about, before;
	snprintf(path, sizeof(path), "%s", place->path);
	char *end = strrchr(path, '/');
	if (end == NULL)
		return false;
	*end = '\0';
	(void)mkdir(path, 0700);
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool good = folder >= 0 && fstat(folder, &about) == 0 && about.st_uid == geteuid() && (about.st_mode & 077) == 0;
	bool same = good && fstat(place->folder, &before) == 0 && before.st_ino == about.st_ino && before.st_dev == about.st_dev;
	if (!good || same) {
		if (folder >= 0)
			close(folder);
		return false;
	}
	if (place->own_folder >= 0)
		close(place->own_folder);
	place->folder = place->own_folder = folder;
	return true;
}

enum place_lock { PLACE_LOCKED, PLACE_HELD, PLACE_IMPOSSIBLE };

static enum place_lock place_try_lock(struct local_place *place)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		int file = place_open_lock(place);
		if (file < 0 && place_open_folder_anew(place))
			continue;
		if (file < 0)
			return PLACE_IMPOSSIBLE;
		if (flock(file, LOCK_EX | LOCK_NB) != 0) {
			close(file);
			return PLACE_HELD;
		}
		/* Somebody may have removed the file between the two. */
		if (place_is_named(place, file)) {
			place->lock = file;
			return PLACE_LOCKED;
		}
		close(file);
	}
	return PLACE_HELD;
}

bool local_place_lock(struct local_place *place)
{
	return place->lock >= 0 || place_try_lock(place) == PLACE_LOCKED;
}

/* Whether whoever looks for the lock by its path finds ours. */
static bool place_is_found(const struct local_place *place)
{
	char path[PLACE_PATH_MAX];
	struct stat opened, found;
	snprintf(path, sizeof(path), "%.*s.lock", (int)(strlen(place->path) - strlen(".socket")), place->path);
	return fstat(place->lock, &opened) == 0 && lstat(path, &found) == 0 && opened.st_ino == found.st_ino &&
		opened.st_dev == found.st_dev;
}

bool local_place_keep(struct local_place *place, const struct local_holder *holder)
{
	int lock = place->lock;
	if (lock < 0 || place_is_found(place))
		return lock >= 0;
	bool moved = place_open_folder_anew(place);
	if (!moved && place_is_named(place, lock))
		return true;
	place->lock = -1;
	enum place_lock tried = place_try_lock(place);
	/* Where it cannot be made nobody can have it either. */
	if (tried == PLACE_IMPOSSIBLE)
		place->lock = lock;
	else
		close(lock);
	if (tried == PLACE_LOCKED)
		local_place_tell(place, holder);
	return tried != PLACE_HELD;
}

void local_place_unlock(struct local_place *place)
{
	if (place->lock < 0)
		return;
	(void)ftruncate(place->lock, 0);
	close(place->lock);
	place->lock = -1;
}

void local_place_close(struct local_place *place)
{
	local_place_unlock(place);
	if (place->own_folder >= 0)
		close(place->own_folder);
	place->own_folder = -1;
}

/* ---- who holds it ---- */

void local_place_tell(const struct local_place *place, const struct local_holder *holder)
{
	struct buffer text;
	if (place->lock < 0)
		return;
	buffer_init(&text, HOLDER_BYTES_MAX);
	json_put_object(&text);
	json_put_integer_pair(&text, "pid", holder->pid);
	json_put_pair(&text, "command", holder->command);
	json_put_pair(&text, "layout", holder->layout);
	json_put_integer_pair(&text, "since_ms", holder->since_ms);
	json_put_bool_pair(&text, "listens", holder->listens);
	json_put_object_end(&text);
	buffer_text(&text, "\n");
	/* Where the disk is full nobody is told, and the lock holds all the same. */
	if (ftruncate(place->lock, 0) == 0)
		(void)!pwrite(place->lock, buffer_string(&text), text.length, 0);
	buffer_free(&text);
}

bool local_place_ask(const struct local_place *place, struct local_holder *holder)
{
	char bytes[HOLDER_BYTES_MAX];
	struct json json;
	struct error error;
	double number = 0;
	int file = place_open_lock(place);
	ssize_t length = file >= 0 ? pread(file, bytes, sizeof(bytes), 0) : -1;
	if (file >= 0)
		close(file);
	*holder = (struct local_holder){ .pid = 0 };
	json_init(&json);
	if (length > 0 && json_parse(&json, bytes, (size_t)length, &error)) {
		int root = json_root(&json);
		if (json_number(&json, json_get(&json, root, "pid"), &number) && number > 0 && number < INT32_MAX)
			holder->pid = (long)number;
		json_text(&json, json_get(&json, root, "command"), holder->command, sizeof(holder->command));
		json_text(&json, json_get(&json, root, "layout"), holder->layout, sizeof(holder->layout));
		if (json_number(&json, json_get(&json, root, "since_ms"), &number) && number > 0 && number < 1e15)
			holder->since_ms = (int64_t)number;
		holder->listens = json_kind(&json, json_get(&json, root, "listens")) == JSON_TRUE;
	}
	json_free(&json);
	return holder->pid > 0;
}

void local_place_address(const struct local_place *place, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (place->path[0] != '\0' && strlen(place->path) < sizeof(address->sun_path))
		memcpy(address->sun_path, place->path, strlen(place->path));
	else
		snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/%s.socket", place->folder, place->name);
}

bool local_peer_is_ours(int file, long *pid)
{
#ifdef SO_PEERCRED
	struct ucred peer;
	socklen_t size = sizeof(peer);
	if (getsockopt(file, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return false;
	*pid = (long)peer.pid;
	return peer.uid == geteuid();
#else
	uid_t user;
	gid_t group;
	*pid = 0;
	return getpeereid(file, &user, &group) == 0 && user == geteuid();
#endif
}
