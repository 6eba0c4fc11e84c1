#include "command/document.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "command/app.h"

int document_print(const struct buffer *document)
{
	if (document->full) {
		message("the document is larger than %zu bytes", document->max);
		return STATUS_FAILED;
	}
	if (fwrite(buffer_string(document), 1, document->length, stdout) == document->length && fflush(stdout) == 0)
		return STATUS_FINE;
	message("standard output cannot be written: %s", strerror(errno));
	return STATUS_FAILED;
}
