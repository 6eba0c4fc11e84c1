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

/* What the thread owns; the last of the two sides to leave frees it. */
struct lookup {
	pthread_mutex_t lock;
	struct resolver *owner; /* NULL: nobody waits */
	bool over;
	char host[URL_HOST_MAX];
	struct resolved resolved;
};

struct resolver {
	struct ev_loop *loop;
	char host[URL_HOST_MAX];
	ev_async news;
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

static bool known(const struct resolved *resolved, const char *address)
{
	for (unsigned i = 0; i < resolved->count; i++)
		if (strcmp(resolved->addresses[i], address) == 0)
			return true;
	return false;
}

static void look_up(const char *host, struct resolved *resolved)
{
	/* As in libcurl: no file and no name server may send elsewhere what is trusted because it stays here. */
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
			!known(resolved, address))
			memcpy(resolved->addresses[resolved->count++], address, sizeof(address));
	}
	if (code == 0 && resolved->count == 0)
		error_set(&resolved->error, "the name has no address");
	if (found != NULL)
		freeaddrinfo(found);
}

static void *run(void *argument)
{
	struct lookup *lookup = argument;
	look_up(lookup->host, &lookup->resolved);
	pthread_mutex_lock(&lookup->lock);
	lookup->over = true;
	bool waited_for = lookup->owner != NULL;
	/* Within the lock: the owner leaves by the same lock before its loop goes. */
	if (waited_for)
		ev_async_send(lookup->owner->loop, &lookup->owner->news);
	pthread_mutex_unlock(&lookup->lock);
	if (!waited_for)
		lookup_free(lookup);
	return NULL;
}

static void on_news(struct ev_loop *loop, ev_async *news, int events)
{
	struct resolver *resolver = news->data;
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
	ev_async_init(&resolver->news, on_news);
	resolver->news.data = resolver;
	ev_async_start(loop, &resolver->news);
	return resolver;
}

static bool start_thread(struct lookup *lookup)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool good = pthread_create(&thread, &attributes, run, lookup) == 0;
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
	if (start_thread(lookup))
		return;
	error_set(&lookup->resolved.error, "no thread could be started");
	lookup->over = true;
	ev_async_send(resolver->loop, &resolver->news);
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
	ev_async_stop(resolver->loop, &resolver->news);
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
