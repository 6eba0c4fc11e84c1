/* Made by erlang_exact.py: the queue; waits, abandons, wait, level. */
{ { .arrivals = 0.8, .handling = 60, .patience = 120, .threshold = 20, .counted = 1, .people = 50 }, 0.4677740686, 0.0309122492, 3.7094698995, 0.9720296030 },
{ { .arrivals = 0.02, .handling = 200, .patience = 60, .threshold = 20, .counted = 1, .people = 3 }, 0.6211063958, 0.3884418938, 23.3065136300, 0.5503709806 },
{ { .arrivals = 0.05, .handling = 200, .patience = 180, .threshold = 20, .counted = 1, .people = 10 }, 0.5302421820, 0.1283415676, 23.1014821597, 0.6196140863 },
{ { .arrivals = 0.05, .handling = 210, .patience = 600, .threshold = 30, .counted = 1, .people = 11 }, 0.5816128084, 0.0716150481, 42.9690288544, 0.5712080420 },
{ { .arrivals = 0.1, .handling = 200, .patience = 240, .threshold = 20, .counted = 1, .people = 20 }, 0.5509901796, 0.0848215067, 20.3571616054, 0.6311842074 },
{ { .arrivals = 0.12, .handling = 200, .patience = 90, .threshold = 15, .counted = 1, .people = 20 }, 0.6977776084, 0.2034482842, 18.3103455738, 0.5102802930 },
