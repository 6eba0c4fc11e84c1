#include "board/state_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"

enum {
	TABLE_SIZE = 4096,  /* a power of two, and twice the agents */
	WORDS_MAX = 16,     /* ways of writing a state that are remembered */
	WORD_MAX = 24,
	SLOTS_BEFORE = 1000 * STATE_LOG_SLOTS, /* times before the machine's start, as a replay has them, are below 0 */
};

/* Two slots in a byte, by slot % STATE_LOG_SLOTS. */
struct logged_agent {
	uint64_t key;
	int64_t newest; /* slot */
	unsigned char slots[STATE_LOG_SLOTS / 2];
};

struct state_word {
	char text[WORD_MAX];
	unsigned char length, state;
};

struct state_log {
	const struct layout *layout;
	struct logged_agent *agents;
	unsigned count, room;
	uint16_t *table;  /* agent + 1; 0: free */
	int64_t *looked;  /* by panel: the slot of the last look */
	int64_t newest;   /* of all looks; 0: none yet */
	struct state_word words[WORDS_MAX];
	unsigned word_count;
	/* Of the look that goes on. */
	int64_t slot;
	unsigned gap; /* slots that may be missing between two looks */
};

static bool state_log_reads(const struct panel *panel)
{
	return panel->type == PANEL_AGENT_GRID && panel_column(panel, "acd_state") >= 0;
}

static int64_t state_log_slot(int64_t boot_ms)
{
	return (boot_ms + SLOTS_BEFORE * (int64_t)STATE_LOG_SLOT_MS) / STATE_LOG_SLOT_MS;
}

struct state_log *state_log_new(const struct layout *layout)
{
	bool wanted = false;
	for (unsigned i = 0; i < layout->panel_count; i++)
		wanted = wanted || state_log_reads(&layout->panels[i]);
	if (!wanted)
		return NULL;
	struct state_log *log = must_alloc(sizeof(*log));
	*log = (struct state_log){ .layout = layout };
	log->table = must_alloc(TABLE_SIZE * sizeof(*log->table));
	memset(log->table, 0, TABLE_SIZE * sizeof(*log->table));
	log->looked = must_alloc(layout->panel_count * sizeof(*log->looked));
	memset(log->looked, 0, layout->panel_count * sizeof(*log->looked));
	return log;
}

void state_log_free(struct state_log *log)
{
	if (log == NULL)
		return;
	free(log->agents);
	free(log->table);
	free(log->looked);
	free(log);
}

/* ---- agents by their keys ---- */

static uint64_t key_hash(const char *key, size_t length)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)key[i]) * UINT64_C(1099511628211);
	return hash;
}

/* The place in the table where the agent is, or would be. */
static unsigned agent_place(const struct state_log *log, uint64_t key)
{
	unsigned at = (unsigned)(key ^ key >> 32) % TABLE_SIZE;
	while (log->table[at] != 0 && log->agents[log->table[at] - 1].key != key)
		at = (at + 1) % TABLE_SIZE;
	return at;
}

static void table_fill(struct state_log *log)
{
	memset(log->table, 0, TABLE_SIZE * sizeof(*log->table));
	for (unsigned i = 0; i < log->count; i++)
		log->table[agent_place(log, log->agents[i].key)] = (uint16_t)(i + 1);
}

/* Those of whom nothing is left to be shown make room for others. */
static void agents_sweep(struct state_log *log)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < log->count; i++)
		if (log->agents[i].newest > log->slot - STATE_LOG_SLOTS)
			log->agents[kept++] = log->agents[i];
	if (kept == log->count)
		return;
	log->count = kept;
	table_fill(log);
}

/* NULL where there is no room. */
static struct logged_agent *agent_of(struct state_log *log, uint64_t key)
{
	unsigned at = agent_place(log, key);
	if (log->table[at] != 0)
		return &log->agents[log->table[at] - 1];
	if (log->count >= STATE_LOG_AGENTS_MAX) {
		agents_sweep(log);
		at = agent_place(log, key);
	}
	if (log->count >= STATE_LOG_AGENTS_MAX)
		return NULL;
	log->agents = array_reserve(log->agents, &log->room, log->count + 1, sizeof(*log->agents));
	struct logged_agent *agent = &log->agents[log->count++];
	*agent = (struct logged_agent){ .key = key };
	log->table[at] = (uint16_t)log->count;
	return agent;
}

/* ---- the slots of one ---- */

static unsigned slot_get(const struct logged_agent *agent, int64_t slot)
{
	unsigned at = (unsigned)(slot % STATE_LOG_SLOTS);
	return agent->slots[at / 2] >> (at % 2 * 4) & 0xF;
}

static void slot_set(struct logged_agent *agent, int64_t slot, unsigned value)
{
	unsigned at = (unsigned)(slot % STATE_LOG_SLOTS), shift = at % 2 * 4;
	agent->slots[at / 2] = (unsigned char)((agent->slots[at / 2] & ~(0xFU << shift)) | value << shift);
}

/* Between two looks that follow each other the agent was where the first one found her. */
static void agent_take(struct logged_agent *agent, int64_t slot, unsigned gap, unsigned value)
{
	bool follows = slot - agent->newest <= gap;
	unsigned before = follows ? slot_get(agent, agent->newest) : STATE_LOG_UNKNOWN;
	int64_t from = slot - agent->newest > STATE_LOG_SLOTS ? slot - STATE_LOG_SLOTS : agent->newest;
	/* Whoever is new has nothing to forget. */
	if (agent->newest == 0)
		from = slot;
	for (int64_t at = from + 1; at < slot; at++)
		slot_set(agent, at, before);
	slot_set(agent, slot, value);
	agent->newest = slot;
}

/* A replay went back: what came later has not been yet. */
static void agents_go_back(struct state_log *log, int64_t slot)
{
	for (unsigned i = 0; i < log->count; i++) {
		struct logged_agent *agent = &log->agents[i];
		for (int64_t at = slot; at <= agent->newest && at < slot + STATE_LOG_SLOTS; at++)
			slot_set(agent, at, STATE_LOG_UNKNOWN);
		if (agent->newest >= slot)
			agent->newest = slot - 1;
	}
	for (unsigned i = 0; i < log->layout->panel_count; i++)
		log->looked[i] = 0;
}

/* ---- taking and reading ---- */

/* A server writes its few states in a few ways. */
static unsigned word_state(struct state_log *log, const char *text, size_t length)
{
	char word[WORD_MAX];
	for (unsigned i = 0; i < log->word_count; i++)
		if (log->words[i].length == length && memcmp(log->words[i].text, text, length) == 0)
			return log->words[i].state;
	if (length >= sizeof(word))
		return STATE_UNKNOWN;
	memcpy(word, text, length);
	word[length] = '\0';
	enum acd_state state = state_read(word);
	if (log->word_count < WORDS_MAX) {
		struct state_word *kept = &log->words[log->word_count++];
		memcpy(kept->text, text, length);
		kept->length = (unsigned char)length;
		kept->state = (unsigned char)state;
	}
	return state;
}

static void take_row(void *context, const char *key, size_t key_length, const char *text, size_t length)
{
	struct state_log *log = context;
	struct logged_agent *agent = agent_of(log, key_hash(key, key_length));
	if (agent != NULL && agent->newest < log->slot)
		agent_take(agent, log->slot, log->gap, word_state(log, text, length) + 1);
}

void state_log_take(struct state_log *log, const struct board *board, double interval)
{
	if (log == NULL)
		return;
	for (unsigned i = 0; i < log->layout->panel_count; i++) {
		const struct panel *panel = &log->layout->panels[i];
		const struct panel_data *data = board_data(board, panel);
		if (!state_log_reads(panel) || !data->received || data->rows > STATE_LOG_AGENTS_MAX)
			continue;
		log->slot = state_log_slot(data->received_ms);
		if (log->slot < log->newest)
			agents_go_back(log, log->slot);
		log->newest = log->slot;
		if (log->looked[i] == log->slot)
			continue;
		log->looked[i] = log->slot;
		/* Two intervals without an answer are an outage, as everywhere; answers need not come on the second. */
		log->gap = (unsigned)(2 * interval * 1000 / STATE_LOG_SLOT_MS) + 2;
		board_each_text(data, (unsigned)panel_column(panel, "acd_state"), take_row, log);
	}
}

static void fill_row(void *context, const char *key, size_t key_length, const char *text, size_t length)
{
	enum { MINUTE = 60 * 1000 / STATE_LOG_SLOT_MS };
	struct state_log *log = context;
	struct logged_agent *agent = agent_of(log, key_hash(key, key_length));
	unsigned value = word_state(log, text, length) + 1;
	if (agent == NULL)
		return;
	if (agent->newest < log->slot)
		agent_take(agent, log->slot, 0, value);
	for (int64_t at = log->slot; at > log->slot - MINUTE && at > agent->newest - STATE_LOG_SLOTS; at--)
		if (slot_get(agent, at) == STATE_LOG_UNKNOWN)
			slot_set(agent, at, value);
}

void state_log_fill(struct state_log *log, const struct board *past)
{
	for (unsigned i = 0; log != NULL && i < log->layout->panel_count; i++) {
		const struct panel *panel = &log->layout->panels[i];
		const struct panel_data *data = board_data(past, panel);
		if (!state_log_reads(panel) || !data->received || data->rows > STATE_LOG_AGENTS_MAX)
			continue;
		log->slot = state_log_slot(data->received_ms);
		board_each_text(data, (unsigned)panel_column(panel, "acd_state"), fill_row, log);
	}
}

void state_log_adopt(struct state_log *log, const struct state_log *old)
{
	if (log == NULL || old == NULL)
		return;
	log->agents = array_reserve(log->agents, &log->room, old->count, sizeof(*log->agents));
	if (old->count > 0)
		memcpy(log->agents, old->agents, old->count * sizeof(*log->agents));
	log->count = old->count;
	log->newest = old->newest;
	table_fill(log);
}

bool state_log_read(const struct state_log *log, const char *key, int64_t now_ms, unsigned char out[STATE_LOG_SLOTS])
{
	memset(out, STATE_LOG_UNKNOWN, STATE_LOG_SLOTS);
	unsigned found = log == NULL ? 0 : log->table[agent_place(log, key_hash(key, strlen(key)))];
	if (found == 0)
		return false;
	const struct logged_agent *agent = &log->agents[found - 1];
	int64_t first = state_log_slot(now_ms) - STATE_LOG_SLOTS + 1;
	bool any = false;
	for (int64_t slot = first; slot < first + STATE_LOG_SLOTS && slot <= agent->newest; slot++) {
		if (slot <= agent->newest - STATE_LOG_SLOTS)
			continue;
		out[slot - first] = (unsigned char)slot_get(agent, slot);
		any = any || out[slot - first] != STATE_LOG_UNKNOWN;
	}
	return any;
}
