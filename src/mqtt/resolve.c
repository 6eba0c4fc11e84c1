#include "mqtt/resolve.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/url.h"

/* Shared by the thread and its resolver; whichever finishes last frees it. */
struct lookup {
	pthread_mutex_t lock;
	struct resolver *owner; /* NULL: freed meanwhile */
	bool over; /* the thread has ended */
	char host[URL_HOST_MAX];
	struct resolved resolved;
};

struct resolver {
	struct ev_loop *loop;
	char host[URL_HOST_MAX];
	ev_async lookup_done;
	struct lookup *lookup; /* NULL: none was started, or all are over */
	bool wanted;
	void (*done)(void *context, const struct resolved *resolved);
	void *context;
};

static void lookup_free(struct lookup *lookup)
{
	pthread_mutex_destroy(&lookup->lock);
	free(lookup);
}

static bool resolved_has(const struct resolved *resolved, const char *address)
{
	for (unsigned i = 0; i < resolved->count; i++)
		if (strcmp(resolved->addresses[i], address) == 0)
			return true;
	return false;
}

static void lookup_do(const char *host, struct resolved *resolved)
{
	/* As in libcurl: no file or name server may redirect "localhost", which is trusted as this machine. */
	if (strcasecmp(host, "localhost") == 0) {
		strcpy(resolved->addresses[0], "127.0.0.1");
		strcpy(resolved->addresses[1], "::1");
		resolved->count = 2;
		return;
	}
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *found = NULL;
	int code = getaddrinfo(host, NULL, &hints, &found);
	if (code != 0)
		error_set(&resolved->error, "%s", gai_strerror(code));
	for (struct addrinfo *at = found; at != NULL && resolved->count < RESOLVE_ADDRESSES_MAX; at = at->ai_next) {
		char address[RESOLVE_ADDRESS_MAX];
		if (getnameinfo(at->ai_addr, at->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST) == 0 &&
			!resolved_has(resolved, address))
			memcpy(resolved->addresses[resolved->count++], address, sizeof(address));
	}
	if (code == 0 && resolved->count == 0)
		error_set(&resolved->error, "the name has no address");
	if (found != NULL)
		freeaddrinfo(found);
}

static void *lookup_run(void *argument)
{
	struct lookup *lookup = argument;
	lookup_do(lookup->host, &lookup->resolved);
	pthread_mutex_lock(&lookup->lock);
	lookup->over = true;
	bool awaited = lookup->owner != NULL;
	/* With the lock held, so that the owner and its loop still exist. */
	if (awaited)
		ev_async_send(lookup->owner->loop, &lookup->owner->lookup_done);
	pthread_mutex_unlock(&lookup->lock);
	if (!awaited)
		lookup_free(lookup);
	return NULL;
}

static void resolver_on_done(struct ev_loop *loop, ev_async *async, int events)
{
	struct resolver *resolver = async->data;
	struct lookup *lookup = resolver->lookup;
	(void)loop;
	(void)events;
	if (lookup == NULL)
		return;
	pthread_mutex_lock(&lookup->lock);
	bool over = lookup->over;
	pthread_mutex_unlock(&lookup->lock);
	if (!over)
		return;
	resolver->lookup = NULL;
	struct resolved resolved = lookup->resolved;
	bool wanted = resolver->wanted;
	resolver->wanted = false;
	lookup_free(lookup);
	if (wanted)
		resolver->done(resolver->context, &resolved);
}

struct resolver *resolver_new(struct ev_loop *loop, const char *host,
	void (*done)(void *context, const struct resolved *resolved), void *context)
{
	struct resolver *resolver = must_alloc(sizeof(*resolver));
	*resolver = (struct resolver){ .loop = loop, .done = done, .context = context };
	snprintf(resolver->host, sizeof(resolver->host), "%s", host);
	ev_async_init(&resolver->lookup_done, resolver_on_done);
	resolver->lookup_done.data = resolver;
	ev_async_start(loop, &resolver->lookup_done);
	return resolver;
}

static bool lookup_start(struct lookup *lookup)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	/* The loop handles all signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool good = pthread_create(&thread, &attributes, lookup_run, lookup) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return good;
}

void resolver_start(struct resolver *resolver)
{
	if (resolver->lookup != NULL) {
		resolver->wanted = true;
		return;
	}
	struct lookup *lookup = must_alloc(sizeof(*lookup));
	memset(lookup, 0, sizeof(*lookup));
	pthread_mutex_init(&lookup->lock, NULL);
	lookup->owner = resolver;
	snprintf(lookup->host, sizeof(lookup->host), "%s", resolver->host);
	resolver->lookup = lookup;
	resolver->wanted = true;
	if (lookup_start(lookup))
		return;
	error_set(&lookup->resolved.error, "no thread could be started");
	lookup->over = true;
	ev_async_send(resolver->loop, &resolver->lookup_done);
}

void resolver_cancel(struct resolver *resolver)
{
	resolver->wanted = false;
}

void resolver_free(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	struct lookup *lookup = resolver->lookup;
	ev_async_stop(resolver->loop, &resolver->lookup_done);
	if (lookup != NULL) {
		pthread_mutex_lock(&lookup->lock);
		lookup->owner = NULL;
		bool over = lookup->over;
		pthread_mutex_unlock(&lookup->lock);
		if (over)
			lookup_free(lookup);
	}
	free(resolver);
}
