#include "sim/catalogue.h"

#include <stdint.h>
#include <stdio.h>

#include "sim/random.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The first four ids are those of the published worked example, so that its body is accepted as it stands. */
static const struct service_traits services[] = {
	{ .name = "Sales", .id = "E66F7A0C-E464-4656-B4AA-026F53A3D403", .media = "voice", .team = 1, .sells = true, .weight = 24,
		.pressure = 0.93, .talk = 200, .after_call = 35, .patience = 240, .hold_chance = 0.15,
		.callback_chance = 0.25, .target = 80, .threshold = 20 },
	{ .name = "Support", .id = "A2B6564D-C7FE-4086-A6CE-AE91C7A3A3D5", .media = "voice", .team = 0, .weight = 36,
		.pressure = 0.98, .talk = 190, .after_call = 40, .patience = 420, .hold_chance = 0.25,
		.callback_chance = 0.15, .target = 80, .threshold = 20 },
	{ .name = "Chat", .id = "DF46C874-112D-499A-8744-407E06E4BF71", .media = "chat", .team = 2, .sells = true, .weight = 14,
		.pressure = 0.85, .talk = 260, .after_call = 25, .patience = 300, .hold_chance = 0,
		.callback_chance = 0, .target = 85, .threshold = 30 },
	{ .name = "Billing", .id = "8E9042CF-C414-4749-910D-CC115498EFD2", .media = "voice", .team = 0, .weight = 14,
		.pressure = 0.80, .talk = 170, .after_call = 50, .patience = 300, .hold_chance = 0.2,
		.callback_chance = 0, .target = 80, .threshold = 20 },
	{ .name = "Returns", .media = "voice", .team = 0, .weight = 4, .pressure = 0.55, .talk = 120, .after_call = 20,
		.patience = 240, .hold_chance = 0.05, .callback_chance = 0, .target = 90, .threshold = 15 },
	{ .name = "Web form", .media = "email", .team = 2, .weight = 7, .pressure = 0.75, .talk = 300, .after_call = 20,
		.patience = 3600, .hold_chance = 0, .callback_chance = 0, .target = 90, .threshold = 120 },
};

/* Further services are ordinary lines; only their names differ. */
static const char *const further_services[] = {
	"Orders", "Delivery", "Warranty", "Technical Support", "New Customers", "Renewals", "Cancellations",
	"Appointments", "Insurance Claims", "Field Service", "Partner Line", "Complaints", "Reservations",
	"Switchboard",
	"Collections", "Loyalty Programme", "Spare Parts", "Network Faults", "Moving House", "Passwords",
	"Prescriptions",
	"Priority Line", "Español", "Français", "Deutsch", "Surveys", "Outbound", "E-mail", "Night Desk", "Bookings",
};

/* Where there are still more, each of those is there for several parts of the country. */
static const char *const regions[] = { "North", "South", "East", "West", "Coast" };

static const char *const teams[] = {
	"Customer Service", "Sales", "Digital", "Back Office", "Technical Support", "Retention", "Night Team",
	"Key Accounts", "Collections", "Training Group",
};

const struct disposition catalogue_dispositions[] = {
	{ "Product sold", true, true, true, true, true, 22 },
	{ "Question answered", true, true, false, false, false, 40 },
	{ "Case opened", true, true, false, false, false, 18 },
	{ "Not interested", true, false, true, true, true, 8 },
	{ "Wrong number", true, true, true, true, false, 5 },
	{ "Silence", true, true, true, false, false, 2 },
	{ "Dropped while talking", false, true, true, false, false, 3 },
	{ "Agent failure", false, true, true, true, false, 0.5 },
	{ "System failure", false, true, true, true, false, 0.5 },
	{ "Offer rejected", false, true, false, false, false, 0 },
	{ "Phone number out of service", false, false, true, true, false, 1 },
	{ "Disposition not found", false, true, true, true, false, 0 },
	{ NULL, false, false, false, false, false, 0 },
};

const struct reason catalogue_reasons[REASONS] = {
	[REASON_LUNCH] = { "Lunch", true, 38 },
	[REASON_BREAK] = { "Break", true, 13 },
	[REASON_TRAINING] = { "Training", false, 35 },
	[REASON_MEETING] = { "Meeting", false, 25 },
	[REASON_NO_ANSWER] = { "No answer", false, 2 },
};

static const char *const lists_autumn[] = { "autumn-customers.csv", NULL };
static const char *const lists_renewal[] = { "renewals-north.csv", "renewals-south.csv", NULL };
static const char *const lists_survey[] = { "survey.csv", NULL };
static const char *const lists_none[] = { NULL };

const struct campaign catalogue_campaigns[] = {
	{ "Autumn Offer", lists_autumn, 9, 17 },
	{ "Renewals", lists_renewal, 10, 19 },
	{ "Satisfaction Survey", lists_survey, 12, 16 },
	{ "Winback Preview", lists_none, 0, 0 },
	{ NULL, NULL, 0, 0 },
};

/* Ordered so that any few neighbours cover the day; the night shift is one in twenty. */
static const struct shift shifts[] = {
	{ 8, 8.5 }, { 9, 8.5 }, { 7, 8.5 }, { 11, 8.5 }, { 8, 8.5 }, { 13, 8.5 }, { 9, 8.5 }, { 8, 8.5 }, { 7, 8.5 }, { 9, 8.5 },
	{ 8, 8.5 }, { 12, 8.5 }, { 9, 8.5 }, { 8, 8.5 }, { 14, 8.0 }, { 7, 8.5 }, { 9, 8.5 }, { 8, 8.5 }, { 11, 8.5 }, { 22, 8.5 },
};

static const double curve[25] = {
	0.003, 0.002, 0.002, 0.002, 0.002, 0.003, 0.01, 0.04, 0.32, 0.78, 0.98, 1.00, 0.90,
	0.88, 0.90, 0.86, 0.66, 0.34, 0.26, 0.20, 0.12, 0.03, 0.01, 0.005, 0.003,
};

static const char *const first_names[] = {
	"Liza", "Marky", "Allen", "Christy", "Jeffery", "José", "Wanda", "Dale", "Edna", "Eric", "Ana", "Zoë", "Björn",
	"Priya", "Kofi", "Mei", "Łukasz", "Fatima", "Noah", "Emma", "Liam", "Olivia", "Hiroshi", "Chloé", "Diego",
	"Ingrid",
	"Omar", "Sofia", "Tom", "Nadia", "Pavel", "Grace", "Seán", "Amara", "Viktor", "Lucía", "Mateo", "Ruth", "Jonas",
	"Leila", "Peter", "Maria", "Ahmed", "Hannah", "Ivan", "Clara", "Samuel", "Yuki", "Daniel", "Rosa",
	"Hugo", "Alice", "Oscar", "Nina", "Frank", "Greta", "Victor", "Laura",
	/* One name is spelled with a combining mark, as some directories store it. */
	"Rene\xcc\x81",
};

static const char *const last_names[] = {
	"Smith", "Mark", "Fawcett", "Borden", "Lozada", "Navarro", "Bui", "Turner", "Partee", "Chen", "García",
	"Müller",
	"Okafor", "Patel", "Kowalski", "O'Brien", "Svensson", "Ångström", "Rossi", "Dubois", "Silva", "Novák", "Haddad",
	"Kim", "Nguyễn", "Johnson", "Williams", "Brown", "Davis", "Miller", "Wilson", "Moore", "Taylor", "Anderson",
	"Thomas", "Jackson", "White", "Harris", "Martin", "Thompson", "Clark", "Lewis", "Walker", "Hall", "Young",
	"King",
	"Wright", "Hill", "Green", "Adams", "Baker", "Nelson", "Carter", "Mitchell", "Roberts", "Campbell", "Evans",
	"Edwards", "Collins", "Stewart", "Morris", "Rogers", "Reed", "Cook", "Bell", "Murphy", "Bailey", "Cooper",
	"Peterson", "Gray", "Ramírez", "Watson", "Brooks", "Featherstonehaugh", "Li",
};

static const struct chat_text chat_texts[] = {
	{ "Who can take a billing question in Spanish?", false },
	{ "Back in five.", false },
	{ "The price list in the portal is the new one.", false },
	{ "Long queue on Support, please hold breaks for ten minutes.", true },
	{ "Customer asks for Tom by name, line 2.", false },
	{ "The delivery tracker is slow again.", false },
	{ "Fire drill at 15:00.", true },
	{ "Thanks, solved!", false },
	{ "Could somebody from Sales call the dentist in Malmö back?", false },
	{ "Coffee machine on the second floor is repaired.", false },
	{ "New script for renewals from today on.", false },
	{ "The payment page answers with an error. Tell callers to try later.", true },
	{ "Whose turn is lunch at 12:30?", false },
	{ "Happy birthday, Edna!", false },
	{ "Please set the right disposition for wrong numbers.", false },
};

struct service_traits catalogue_service(unsigned index, char *name, size_t size)
{
	struct service_traits traits;
	unsigned further = index - (unsigned)COUNT(services), round = further / (unsigned)COUNT(further_services);
	if (index < COUNT(services)) {
		traits = services[index];
		snprintf(name, size, "%s", traits.name);
	} else {
		/* Billing is the most ordinary of the lines. */
		traits = services[3];
		traits.id = NULL;
		traits.sells = true;
		traits.team = index;
		traits.weight = 6 + index * 7 % 9;
		traits.pressure = 0.78 + 0.05 * (index * 5 % 6);
		if (further < COUNT(further_services))
			snprintf(name, size, "%s", further_services[further]);
		else if (round <= COUNT(regions))
			snprintf(name, size, "%s %s", further_services[further % COUNT(further_services)], regions[round - 1]);
		else
			snprintf(name, size, "%s %u", further_services[further % COUNT(further_services)],
				round - (unsigned)COUNT(regions) + 1);
	}
	traits.name = name;
	return traits;
}

bool catalogue_is_disposition_of(const struct disposition *disposition, const struct service_traits *traits)
{
	return traits->sells || !disposition->of_sales;
}

void catalogue_team_name(unsigned index, char *name, size_t size)
{
	if (index < COUNT(teams))
		snprintf(name, size, "%s", teams[index]);
	else
		snprintf(name, size, "%s %u", teams[index % COUNT(teams)], index / (unsigned)COUNT(teams) + 1);
}

void catalogue_id(char kind, unsigned index, char *out, size_t size)
{
	uint64_t high = random_mix((uint64_t)kind, index);
	uint64_t low = random_mix(high, (uint64_t)kind);
	snprintf(out, size, "%08X-%04X-4%03X-%04X-%012llX", (unsigned)(high >> 32), (unsigned)(high >> 16 & 0xffff),
		(unsigned)(high & 0xfff), (unsigned)(0x8000 | (low >> 48 & 0x3fff)),
		(unsigned long long)(low & 0xffffffffffffU));
}

const struct shift *catalogue_shift(unsigned index)
{
	return &shifts[index % COUNT(shifts)];
}

unsigned catalogue_shift_count(void)
{
	return COUNT(shifts);
}

double catalogue_curve(double hour)
{
	int at = (int)hour;
	if (at < 0 || at >= 24)
		at = 0;
	return curve[at] + (curve[at + 1] - curve[at]) * (hour - at);
}

const char *catalogue_first_name(unsigned draw)
{
	return first_names[draw % COUNT(first_names)];
}

const char *catalogue_last_name(unsigned draw)
{
	return last_names[draw % COUNT(last_names)];
}

const struct chat_text *catalogue_chat(unsigned draw)
{
	return &chat_texts[draw % COUNT(chat_texts)];
}
