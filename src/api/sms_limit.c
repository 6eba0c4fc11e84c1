#include "api/sms_limit.h"

#include <stdio.h>
#include <string.h>

static struct sms_alert *find(struct sms_limit *limit, const char *alert)
{
	for (int i = 0; i < LAYOUT_ALERTS_MAX; i++)
		if (limit->alerts[i].name[0] != '\0' && strcmp(limit->alerts[i].name, alert) == 0)
			return &limit->alerts[i];
	return NULL;
}

/* A free entry, else the oldest: reloads bring other names, and what is old holds nothing back. */
static struct sms_alert *make(struct sms_limit *limit, const char *alert)
{
	struct sms_alert *entry = &limit->alerts[0];
	for (int i = 1; i < LAYOUT_ALERTS_MAX && entry->name[0] != '\0'; i++)
		if (limit->alerts[i].name[0] == '\0' || limit->alerts[i].at_ms < entry->at_ms)
			entry = &limit->alerts[i];
	*entry = (struct sms_alert){ .at_ms = 0 };
	snprintf(entry->name, sizeof(entry->name), "%s", alert);
	return entry;
}

bool sms_limit_alert(struct sms_limit *limit, const char *alert, int64_t now_ms, bool *news)
{
	struct sms_alert *entry = find(limit, alert);
	if (entry == NULL)
		entry = make(limit, alert);
	else if (now_ms - entry->at_ms < SMS_ALERT_MS && (entry->open > 0 || entry->sent)) {
		if (news != NULL)
			*news = !entry->said;
		entry->said = true;
		return false;
	}
	entry->at_ms = now_ms;
	entry->sent = entry->said = false;
	return true;
}

bool sms_limit_message(struct sms_limit *limit, const char *alert, int64_t now_ms)
{
	struct sms_alert *entry = find(limit, alert);
	for (int i = 0; i < SMS_HOUR_MAX; i++) {
		if (limit->taken_ms[i] != 0 && now_ms - limit->taken_ms[i] < SMS_HOUR_MS)
			continue;
		limit->taken_ms[i] = now_ms;
		if (entry != NULL)
			entry->open++;
		return true;
	}
	return false;
}

void sms_limit_known(struct sms_limit *limit, const char *alert, bool sent)
{
	struct sms_alert *entry = find(limit, alert);
	if (entry == NULL)
		return;
	if (entry->open > 0)
		entry->open--;
	entry->sent = entry->sent || sent;
}
