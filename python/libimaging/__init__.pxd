from libimaging.libimaging cimport *
