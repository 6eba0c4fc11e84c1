/*
 * The command line of cxsim: one table, from which getopt_long()'s list and --help are made.
 *
 * Texts are borrowed from argv. Values are checked here; nobody behind this sees one out of range.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>

#include "sim/auth.h"
#include "sim/body.h"
#include "sim/centre.h"
#include "sim/fault.h"

enum { REFUSED_MAX = 64, SUBTEAM_MAX = 64, PRIVILEGES_MAX = 16, TEXT_OUT_MAX = 16 };

/* How the answers write a percentage. */
enum percent {
	PERCENT_PERCENT,  /* 85.3 */
	PERCENT_FRACTION, /* 0.853 */
};

struct options {
	const char *bind;
	int port;
	const char *tls_cert;
	const char *tls_key;
	int seed;
	double speed;
	int agents, services, teams;
	int start_minute, reset_hour, reset_shift;
	double epoch; /* UTC seconds at the start; below 0: the present */
	const char *tenant;
	const char *users[LOGINS_MAX];
	const char *secrets[LOGINS_MAX];
	unsigned user_count, secret_count;
	double token_life, ready_after;
	int lock_after;
	double lock_for;
	enum account account;
	const char *without[PRIVILEGES_MAX];
	unsigned without_count;
	bool availability_token, availability_text, no_campaigns;
	const char *chat_app;
	const char *text_out[TEXT_OUT_MAX];
	unsigned text_out_count;
	int limit;
	enum dialect dialect;
	enum percent percent_totals, percent_grids;
	const char *supervise[TEAMS_MAX];
	unsigned supervise_count;
	bool supervise_none;
	const char *subteam[SUBTEAM_MAX];
	unsigned subteam_count;
	bool no_cfg_services;
	const char *refused[REFUSED_MAX];
	unsigned refused_count;
	const char *faults[FAULTS_MAX];
	unsigned fault_count;
	bool until_eof;
	const char *log;
};

enum options_result {
	OPTIONS_GO,
	OPTIONS_DONE,  /* --help or --version was answered */
	OPTIONS_WRONG, /* the reason is on standard error */
};

enum options_result options_read(struct options *options, int argc, char **argv);

#endif
