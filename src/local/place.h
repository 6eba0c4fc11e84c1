/*
 * Where the windows of one login meet on this machine: a lock and a socket in the folder that belongs to this session of
 * the user ($XDG_RUNTIME_DIR/cxwall), named by a hash of address, tenant and user.
 *
 * Who holds the lock holds the login: a process that is killed gives it up by that, and nothing has to be cleaned. The
 * lock's file says who it is, for people. It is never removed, because another process may be about to lock it.
 */
#ifndef LOCAL_PLACE_H
#define LOCAL_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { PLACE_NAME_MAX = 48, PLACE_PATH_MAX = 512, PLACE_IDENTITY_MAX = 1024, PLACE_WORD_MAX = 64 };

/* Whose login it is, and where. Borrowed. */
struct local_login {
	int folder; /* a descriptor; -1: the system has none, and nothing is shared */
	const char *url, *tenant, *user;
	bool allow_plaintext;
};

/* Who holds a login, as it says of itself. */
struct local_holder {
	long pid; /* 0: nobody said it */
	char command[PLACE_WORD_MAX], layout[PLACE_WORD_MAX];
	int64_t since_ms; /* time of day */
	bool listens;     /* other windows may read from it; false: a command that wants one answer and ends */
	unsigned windows; /* that read from it, where it says so itself */
};

struct local_place {
	int folder;
	int own_folder; /* the same, where it was made anew and opened here; -1 */
	int lock; /* descriptor of the file that is locked; -1: it is not ours */
	char name[PLACE_NAME_MAX];         /* of the files, without their endings */
	char path[PLACE_PATH_MAX];         /* of the socket */
	char mark[12];                     /* that tells this place from all others, for tags */
	char identity[PLACE_IDENTITY_MAX]; /* address, tenant, user */
};

/* False with the reason where windows cannot meet: no folder, or one that cannot be written. */
bool local_place_find(struct local_place *place, const struct local_login *login, struct error *error);

/* True if this process holds the login from now on, or did already. */
bool local_place_lock(struct local_place *place);

/*
 * Whether the lock is still the file of that name; where somebody removed it, or its folder, it is made anew as far as that can
 * be done, and says again who holds it. False: it is another's by now.
 */
bool local_place_keep(struct local_place *place, const struct local_holder *holder);

/* Gives it up, and forgets who held it. */
void local_place_unlock(struct local_place *place);

/* Frees what the struct has opened, the lock too. */
void local_place_close(struct local_place *place);

/* Says who holds the lock, which is this process. */
void local_place_tell(const struct local_place *place, const struct local_holder *holder);

/* Who holds the lock, or held it last and did not end in order; false where nobody says so. */
bool local_place_ask(const struct local_place *place, struct local_holder *holder);

/* The address of the socket; one whose path is too long for it is reached by the folder's descriptor. */
struct sockaddr_un;
void local_place_address(const struct local_place *place, struct sockaddr_un *address);

/* Whether the process at the other end of a socket is of this user. */
bool local_peer_is_ours(int file, long *pid);

#endif
