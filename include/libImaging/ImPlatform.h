/*
 * What the other headers stand on: integer types by the names that imaging sources use, and Python's types, with or
 * without Python.
 *
 * Python.h is included where it can be found, so it does not matter which header comes first. Programs that have it in
 * reach and do not want it define IMAGING_NO_PYTHON.
 */

#ifndef LIBIMAGING_IMPLATFORM_H
#define LIBIMAGING_IMPLATFORM_H

#if !defined(Py_PYTHON_H) && !defined(IMAGING_NO_PYTHON) && defined(__has_include)
#if __has_include(<Python.h>)
#ifndef PY_SSIZE_T_CLEAN
#define PY_SSIZE_T_CLEAN
#endif
#include <Python.h>
#endif
#endif

#include <stdint.h>
#include <sys/types.h>

#ifdef _WIN32

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#else

/* Macros, not typedefs: the headers of JPEG libraries define types of these names, differently. */
#define INT8 int8_t
#define UINT8 uint8_t
#define INT16 int16_t
#define UINT16 uint16_t
#define INT32 int32_t
#define UINT32 uint32_t

#endif

/* A half-precision float, as its bits: C has no type for it. */
#define FLOAT16 UINT16
#define FLOAT32 float
#define FLOAT64 double

#if defined(__GNUC__) && !defined(GCC_VERSION)
#define GCC_VERSION (__GNUC__ * 10000 + __GNUC_MINOR__ * 100 + __GNUC_PATCHLEVEL__)
#endif

#ifndef M_PI
#define M_PI 3.14159265358979323846
#endif

/* The lock that images and arenas have in free-threaded builds of Python. Without Python.h there is only room for it. */
#if !defined(Py_GIL_DISABLED)
#define MUTEX_LOCK(m)
#define MUTEX_UNLOCK(m)
#elif defined(PY_VERSION_HEX) && PY_VERSION_HEX >= 0x030d0000
typedef PyMutex ImagingMutex;
#define MUTEX_LOCK(m) PyMutex_Lock(m)
#define MUTEX_UNLOCK(m) PyMutex_Unlock(m)
#else
typedef struct ImagingMutex {
    uint8_t bits;
} ImagingMutex;
#define MUTEX_LOCK(m)
#define MUTEX_UNLOCK(m)
#endif

/* Python's types, where Python.h is not there; it may still come. A second typedef is new in C11, but compilers let it
   pass in system headers, which the rest of this file says it is. */
#ifndef Py_PYTHON_H
#ifdef __GNUC__
#pragma GCC system_header
#endif
typedef struct _object PyObject;
#ifdef _WIN32
typedef intptr_t Py_ssize_t;
#else
typedef ssize_t Py_ssize_t;
#endif
#endif

#endif /* LIBIMAGING_IMPLATFORM_H */
