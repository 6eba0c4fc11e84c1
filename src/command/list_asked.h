/*
 * The lists that are asked for by a GET of their own: each signs in, asks once, prints what came, and ends within 20 s.
 */
#ifndef COMMAND_LIST_ASKED_H
#define COMMAND_LIST_ASKED_H

#include "command/app.h"

int list_dispositions(struct app *app); /* S4, with its four filters */
int list_campaigns(struct app *app);    /* C1 */
int list_directory(struct app *app);    /* P1: who has which extension */

#endif
