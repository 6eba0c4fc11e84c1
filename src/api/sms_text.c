#include "api/sms_text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* GSM 03.38 beside ASCII. */
static const char beside[] = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
/* Its extension: an escape and a character. ASCII has one more that it lacks altogether. */
static const char extension[] = "^{}\\[~]|", lacking[] = "`";
enum { EURO = 0x20ac, PHONE_DIGITS_MIN = 7, PHONE_DIGITS_SHOWN = 3 };

static bool sms_is_beside_ascii(uint32_t code)
{
	const char *at = beside, *end = beside + sizeof(beside) - 1;
	while (at < end)
		if (text_decode(&at, end) == code)
			return true;
	return false;
}

/* 0: not in the alphabet. */
static int sms_septets(uint32_t code)
{
	if (code == EURO)
		return 2;
	if (code >= 0x80)
		return sms_is_beside_ascii(code) ? 1 : 0;
	if (code < 0x20 || code == 0x7f || strchr(lacking, (int)code) != NULL)
		return code == '\n' ? 1 : 0;
	return strchr(extension, (int)code) != NULL ? 2 : 1;
}

bool sms_text_fits(const char *text)
{
	const char *end = text + strlen(text);
	int in_septets = 0, in_units = 0;
	bool plain = true;
	while (text < end) {
		uint32_t code = text_decode(&text, end);
		int cost = sms_septets(code);
		plain = plain && cost > 0;
		in_septets += cost;
		in_units += code > 0xffff ? 2 : 1;
	}
	return plain ? in_septets <= SMS_SEPTETS_MAX : in_units <= SMS_UNITS_MAX;
}

static void sms_drop_last(char *text)
{
	size_t length = strlen(text);
	while (length > 0 && ((unsigned char)text[--length] & 0xc0) == 0x80)
		;
	text[length] = '\0';
}

struct parts {
	char clock[16];
	const char *word, *name;
	char row[ALERT_ROW_MAX], value[ALERT_VALUE_MAX];
};

static bool sms_compose(const struct parts *parts, char out[SMS_TEXT_MAX])
{
	char whole[2 * SMS_TEXT_MAX];
	snprintf(whole, sizeof(whole), "%s %s %s%s%s%s%s", parts->clock, parts->word, parts->name,
		parts->row[0] != '\0' ? ": " : "", parts->row, parts->value[0] != '\0' ? ", " : "", parts->value);
	size_t length = strlen(whole);
	bool room = length < SMS_TEXT_MAX;
	memcpy(out, whole, room ? length + 1 : SMS_TEXT_MAX - 1);
	out[SMS_TEXT_MAX - 1] = '\0';
	text_trim(out);
	return room && sms_text_fits(out);
}

void sms_text(const struct alert_event *event, enum names names, char out[SMS_TEXT_MAX])
{
	const struct alert_state *state = event->state;
	struct parts parts = {
		.word = state->rule->severity == SEVERITY_ALERT ? "ALERT" : "WARN", .name = state->rule->name,
	};
	text_clock(parts.clock, sizeof(parts.clock), event->wall_ms, "%H:%M");
	if (names == NAMES_FULL || !state->about_person)
		snprintf(parts.row, sizeof(parts.row), "%s", state->row);
	if (names == NAMES_FULL || !state->value_of_person)
		snprintf(parts.value, sizeof(parts.value), "%s", state->value);
	while (!sms_compose(&parts, out) && parts.row[0] != '\0')
		sms_drop_last(parts.row);
	while (!sms_compose(&parts, out) && parts.value[0] != '\0')
		sms_drop_last(parts.value);
	while (!sms_text_fits(out))
		sms_drop_last(out);
}

void sms_text_mask(const char *text, char *out, size_t size)
{
	size_t used = 0;
	while (*text != '\0' && used + 8 < size) {
		const char *digits = text + (*text == '+');
		size_t length = strspn(digits, "0123456789");
		if (length < PHONE_DIGITS_MIN) {
			out[used++] = *text++;
			continue;
		}
		used += (size_t)snprintf(out + used, size - used, "..%.*s", PHONE_DIGITS_SHOWN,
			digits + length - PHONE_DIGITS_SHOWN);
		text = digits + length;
	}
	out[used] = '\0';
	text_trim(out);
}
