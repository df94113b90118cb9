/* An allocator that counts requests and makes chosen ones fail. */

#ifndef FAILMALLOC_H
#define FAILMALLOC_H

/* Makes the n-th request from now on (from 1) fail and, if `all`, every later one. With n = 0 none fails. */
void
failmalloc_arm(int n, int all);

/* Makes all requests succeed again, and keeps the count. */
void
failmalloc_disarm(void);

/* Returns the number of requests while armed. */
int
failmalloc_requests(void);

/* Returns the number of live allocations. */
int
failmalloc_live(void);

#endif
