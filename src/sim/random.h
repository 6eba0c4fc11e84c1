/*
 * Seeded random numbers for the simulation: xoshiro256**, seeded through splitmix64.
 *
 * Each purpose (talk times, patience, ...) draws from a stream of its own, so that one more draw in one place does
 * not shift what happens in another. A struct random owns nothing. Never used for tokens: those come from the kernel.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state[4];
};

/* How a duration is spread around its mean. */
enum spread {
	SPREAD_CONSTANT,
	SPREAD_EXPONENTIAL,
	SPREAD_LOGNORMAL, /* with a coefficient of variation of RANDOM_VARIATION_PERCENT */
	SPREAD_NEVER,     /* infinite: for callers who never hang up */
};

/* Measured call centres have log-normal handle times with a standard deviation near three quarters of the mean. */
enum { RANDOM_VARIATION_PERCENT = 75 };

/* Two streams of one seed are independent for all practical purposes. */
void random_seed(struct random *random, uint64_t seed, uint64_t stream);

uint64_t random_next(struct random *random);

/* Uniform in [0, 1). */
double random_unit(struct random *random);

/* Uniform in 0 .. limit-1; limit must not be 0. */
unsigned random_below(struct random *random, unsigned limit);

/* True with the given probability. Draws always, also for 0 and 1. */
bool random_chance(struct random *random, double probability);

double random_exponential(struct random *random, double mean);

/*
 * A duration with the given mean, in the mean's unit; HUGE_VAL for SPREAD_NEVER. Draws the same number of times for
 * each spread.
 */
double random_duration(struct random *random, enum spread spread, double mean);

/* A pure mix of two numbers: for identifiers that must not depend on the seed's streams. */
uint64_t random_mix(uint64_t a, uint64_t b);

#endif
