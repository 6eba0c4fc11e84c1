/*
 * The tables that the simulated centre is made from: services, teams, dispositions, reasons, shifts, campaigns, names,
 * and what agents write to each other.
 *
 * All of it is constant; nothing here depends on the seed or the clock.
 */
#ifndef SIM_CATALOGUE_H
#define SIM_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	/* Bits of a set of dispositions; the table below is shorter. */
	DISPOSITIONS_MAX = 16,
};

/* What callers of a service are like. Durations are means in seconds. */
struct service_traits {
	const char *name;
	const char *id;       /* NULL: made from the name's place */
	const char *media;    /* voice, chat, email */
	unsigned team;        /* whose agents have it as their first skill */
	double weight;        /* share of the centre's work */
	double pressure;      /* work per agent, relative to the centre's: above 1 is short of staff */
	double talk;
	double after_call;
	double patience;
	double hold_chance;
	double callback_chance; /* of those who lose patience, how many ask to be called back */
	int target;             /* service level, percent */
	int threshold;          /* service level, seconds */
	bool sells;             /* agents may say that something was sold */
	double calls_per_hour;  /* above 0: this rate, whatever the weights say */
};

struct disposition {
	const char *name; /* NULL ends the table */
	bool agent_can_select;
	bool inbound;
	bool outbound;
	bool preview;
	bool of_sales; /* of services that sell, alone */
	double weight;
};

struct reason {
	const char *name;
	bool is_break;  /* counts as break time */
	double minutes; /* how long it lasts, roughly */
};

enum reason_kind {
	REASON_LUNCH,
	REASON_BREAK,
	REASON_TRAINING,
	REASON_MEETING,
	REASON_NO_ANSWER,
	REASONS,
};

struct shift {
	double from; /* hour of day */
	double hours;
};

struct campaign {
	const char *name; /* NULL ends the table */
	const char *const *lists;
	double from, to; /* hours between which it runs; equal: never */
};

struct chat_text {
	const char *content;
	bool urgent;
};

extern const struct disposition catalogue_dispositions[];

/* Whether calls of a service can end so. */
bool catalogue_is_disposition_of(const struct disposition *disposition, const struct service_traits *traits);

extern const struct reason catalogue_reasons[REASONS];
extern const struct campaign catalogue_campaigns[];

/* The traits of the service with this index; beyond the tables' end the names get a number, in `name`. */
struct service_traits catalogue_service(unsigned index, char *name, size_t size);

void catalogue_team_name(unsigned index, char *name, size_t size);

/* The id of a kind of thing ('t', 's', 'a', 'm'), in the form of a GUID; `out` needs 40 bytes. */
void catalogue_id(char kind, unsigned index, char *out, size_t size);

/* Shifts come round in a fixed pattern, so that a handful of agents already covers the day. */
const struct shift *catalogue_shift(unsigned index);
unsigned catalogue_shift_count(void);

/* A share of the day's busiest hour, 0..1; hour is 0..24. */
double catalogue_curve(double hour);

const char *catalogue_first_name(unsigned draw);
const char *catalogue_last_name(unsigned draw);
const struct chat_text *catalogue_chat(unsigned draw);

#endif
