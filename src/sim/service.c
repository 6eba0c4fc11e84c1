#include "sim/service.h"

#include <stddef.h>

void service_queue(struct service *service, struct call *call)
{
	call->waiting = true;
	call->next = NULL;
	call->previous = service->last;
	if (service->last)
		service->last->next = call;
	else
		service->first = call;
	service->last = call;
	service->waiting++;
}

void service_unqueue(struct service *service, struct call *call)
{
	if (call->previous)
		call->previous->next = call->next;
	else
		service->first = call->next;
	if (call->next)
		call->next->previous = call->previous;
	else
		service->last = call->previous;
	call->previous = call->next = NULL;
	call->waiting = false;
	service->waiting--;
}
