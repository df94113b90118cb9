/* The interface between plugin.c and plugins.c. */

#ifndef PLUGINS_H
#define PLUGINS_H

extern void *PLUGIN(int blocks_max);

#endif
