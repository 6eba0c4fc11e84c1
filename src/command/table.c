#include "command/table.h"

#include "base/json.h"
#include "base/text.h"
#include "command/document.h"
#include "output/csv.h"

enum { TABLE_BYTES_MAX = 16 * 1024 * 1024 };

static void table_csv(struct table *table, const char *const *cells)
{
	for (int i = 0; table->columns[i] != NULL; i++)
		csv_field(&table->out, i == 0, cells[i]);
	buffer_text(&table->out, "\r\n");
}

void table_begin(struct table *table, const struct app *app)
{
	table->format = app->options->format;
	buffer_init(&table->out, TABLE_BYTES_MAX);
	if (table->format == FORMAT_CSV)
		table_csv(table, table->columns);
	else if (table->format == FORMAT_JSON)
		buffer_text(&table->out, "[");
}

/* Padded by columns on the screen, not by bytes. */
static void put_padded(struct buffer *out, const char *text, int width, bool last)
{
	buffer_text(out, text);
	for (int at = text_width(text); !last && at < width; at++)
		buffer_text(out, " ");
	buffer_text(out, last ? "\n" : "  ");
}

static void table_json(struct table *table, const char *const *cells)
{
	for (int i = 0; table->columns[i] != NULL; i++) {
		buffer_text(&table->out, i > 0 ? "," : table->rows > 0 ? ",{" : "{");
		json_put_string(&table->out, table->columns[i]);
		buffer_text(&table->out, ":");
		json_put_string(&table->out, cells[i]);
	}
	buffer_text(&table->out, "}");
}

void table_row(struct table *table, const char *const *cells)
{
	if (table->format == FORMAT_CSV)
		table_csv(table, cells);
	else if (table->format == FORMAT_JSON)
		table_json(table, cells);
	for (int i = 0; table->format == FORMAT_TEXT && table->columns[i] != NULL; i++)
		put_padded(&table->out, cells[i], table->widths[i], table->columns[i + 1] == NULL);
	table->rows++;
}

int table_end(struct table *table)
{
	buffer_text(&table->out, table->format == FORMAT_JSON ? "]\n" : "");
	int status = document_print(&table->out);
	buffer_free(&table->out);
	return status;
}

void table_drop(struct table *table)
{
	buffer_free(&table->out);
}
