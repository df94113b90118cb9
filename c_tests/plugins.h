/* What plugin.c and plugins.c agree on. */

#ifndef PLUGINS_H
#define PLUGINS_H

extern void *PLUGIN(int blocks_max);

#endif
