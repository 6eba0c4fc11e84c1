/*
 * A line of text that somebody types: characters at its end, the last one or the last word erased, all of it erased. What is
 * typed is shown, so it is scrubbed as foreign text is. The caller owns the bytes.
 */
#ifndef SCREEN_ENTRY_H
#define SCREEN_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes a key (screen/keyboard); false: it is not one of a text, and nothing changed. */
bool entry_key(char *text, size_t size, uint32_t key);

#endif
