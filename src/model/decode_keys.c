/* Keys of rows: how a selection finds its row again after the next answer. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "model/decode_grid.h"

enum {
	KEY_TEXT_MAX = 256, /* of a key made of texts; the ordinal keeps longer ones apart */
};

/* Rows by key: open addressing, at most half full. */
struct key_table {
	uint32_t *slots; /* row + 1; 0: free */
	uint32_t *uses;  /* of the key of a row */
	uint32_t size;
	const char *const *keys;
};

static uint32_t hash(const char *text)
{
	/* FNV-1a: short keys, no attacker gains more than a slow redraw within the row cap. */
	uint32_t sum = 2166136261u;
	for (; *text != '\0'; text++)
		sum = (sum ^ (unsigned char)*text) * 16777619u;
	return sum;
}

/* The row that has the key already, or -1 after entering this one. */
static int table_enter(struct key_table *table, const char *key, unsigned row)
{
	uint32_t at = hash(key) % table->size;
	while (table->slots[at] != 0) {
		uint32_t other = table->slots[at] - 1;
		if (strcmp(table->keys[other], key) == 0)
			return (int)other;
		at = (at + 1) % table->size;
	}
	table->slots[at] = row + 1;
	table->uses[row] = 1;
	return -1;
}

/*
 * All texts of the row, as one that ends in a newline. Numbers and states change; names do not. No text of the API
 * holds a newline, so that such a key, numbered or not, is never another row's own.
 */
static void texts_of_row(const struct decoding *decoding, unsigned row, char out[KEY_TEXT_MAX])
{
	const struct panel *panel = decoding->set->panel;
	size_t used = 0;
	out[0] = '\0';
	for (unsigned i = 0; i < panel->column_count && used < KEY_TEXT_MAX - 1; i++) {
		const struct cell *cell = board_cell(decoding->data, row, i);
		if (panel->columns[i].kind != KIND_TEXT || cell->state != VALUE_TEXT)
			continue;
		int more = snprintf(out + used, KEY_TEXT_MAX - used, "%s\n", cell->text);
		used += more > 0 ? (size_t)more : 0;
	}
	if (used > KEY_TEXT_MAX - 1)
		used = KEY_TEXT_MAX - 1;
	if (used == 0)
		used = 1;
	memcpy(out + used - 1, "\n", 2);
}

/* Row 0 .. row-1 have their keys; false at the arena's cap. */
static bool give_key(struct decoding *decoding, struct key_table *table, unsigned row, const char *wanted)
{
	struct panel_data *data = decoding->data;
	if (wanted[0] != '\0') {
		data->keys[row] = wanted;
		if (table_enter(table, wanted, row) < 0)
			return true;
	}
	char texts[KEY_TEXT_MAX], key[KEY_TEXT_MAX + 16];
	texts_of_row(decoding, row, texts);
	/* Rows of equal texts are numbered; the first one's count tells how many there were. */
	const char *copy = arena_copy(&data->arena, texts, strlen(texts));
	if (copy == NULL)
		return false;
	data->keys[row] = copy;
	int first = table_enter(table, copy, row);
	if (first < 0)
		return true;
	snprintf(key, sizeof(key), "%s#%u", texts, (unsigned)++table->uses[first]);
	data->keys[row] = arena_copy(&data->arena, key, strlen(key));
	return data->keys[row] != NULL;
}

bool decode_keys(struct decoding *decoding, const struct cell *key_cells)
{
	struct panel_data *data = decoding->data;
	struct key_table table = { .size = data->rows * 2 + 1, .keys = data->keys };
	table.slots = arena_alloc(&data->arena, table.size * sizeof(*table.slots));
	table.uses = arena_alloc(&data->arena, (data->rows + 1) * sizeof(*table.uses));
	bool good = table.slots != NULL && table.uses != NULL;
	for (unsigned row = 0; good && row < data->rows; row++)
		good = give_key(decoding, &table, row, key_cells != NULL ? key_cells[row].text : "");
	return good || error_set(decoding->error, "more data than %d MB for one panel", BOARD_PANEL_BYTES_MAX >> 20);
}
