/* The same loops over pixels in C and in C++: see cost.py. */

#ifndef LOOPS_H
#define LOOPS_H

#include <libImaging/Imaging.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Inverts an L image. */
void
invert_in_c(Imaging im);
void
invert_in_cpp(Imaging im);

/* Exchanges red and blue of an RGBA image. */
void
exchange_in_c(Imaging im);
void
exchange_in_cpp(Imaging im);

/* Adds up an F image. */
double
add_up_in_c(Imaging im);
double
add_up_in_cpp(Imaging im);

#ifdef __cplusplus
}
#endif

#endif
