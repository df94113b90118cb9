/* A heap that fails when told to, and counts. */

#ifndef FAILMALLOC_H
#define FAILMALLOC_H

/* From now on the n-th request (from 1) fails, and, if `all`, every later one too. With n = 0 none does. */
void
failmalloc_arm(int n, int all);

/* No request fails any more; those made while it was armed stay counted. */
void
failmalloc_disarm(void);

/* Requests made since it was armed. */
int
failmalloc_requests(void);

/* Pieces of memory in use. */
int
failmalloc_live(void);

#endif
