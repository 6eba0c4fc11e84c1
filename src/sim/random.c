#include "sim/random.h"

#include <math.h>

static uint64_t rotate(uint64_t value, int bits)
{
	return (value << bits) | (value >> (64 - bits));
}

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15U);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

uint64_t random_mix(uint64_t a, uint64_t b)
{
	uint64_t state = a;
	state = splitmix(&state) ^ (b * 0xd6e8feb86659fd93U);
	return splitmix(&state);
}

void random_seed(struct random *random, uint64_t seed, uint64_t stream)
{
	uint64_t state = random_mix(seed, stream);
	for (int i = 0; i < 4; i++)
		random->state[i] = splitmix(&state);
}

uint64_t random_next(struct random *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

double random_unit(struct random *random)
{
	return (double)(random_next(random) >> 11) * 0x1.0p-53;
}

unsigned random_below(struct random *random, unsigned limit)
{
	return (unsigned)(random_unit(random) * limit);
}

bool random_chance(struct random *random, double probability)
{
	return random_unit(random) < probability;
}

double random_exponential(struct random *random, double mean)
{
	/* 1 - u is never 0, so the logarithm is finite. */
	return -mean * log(1.0 - random_unit(random));
}

double random_duration(struct random *random, enum spread spread, double mean)
{
	double first = random_unit(random);
	double second = random_unit(random);
	double variation = RANDOM_VARIATION_PERCENT / 100.0;
	double sigma2, normal;
	switch (spread) {
	case SPREAD_CONSTANT:
		return mean;
	case SPREAD_EXPONENTIAL:
		return -mean * log(1.0 - first);
	case SPREAD_NEVER:
		return HUGE_VAL;
	case SPREAD_LOGNORMAL:
		break;
	}
	sigma2 = log(1.0 + variation * variation);
	normal = sqrt(-2.0 * log(1.0 - first)) * cos(6.283185307179586 * second);
	return mean * exp(sqrt(sigma2) * normal - sigma2 / 2.0);
}
