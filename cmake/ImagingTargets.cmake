# The targets of the package: Imaging::Imaging (shared) and Imaging::Imaging_static.
# One definition for the installed package and for a build inside another project.
#
#   imaging_add_targets(<directory of the libraries> <directory that holds libImaging/Imaging.h>
#                       <pkg-config packages that the library links to>)

function(imaging_add_targets libdir includedir packages)
    add_library(Imaging::Imaging SHARED IMPORTED GLOBAL)
    set_target_properties(Imaging::Imaging PROPERTIES
        IMPORTED_LOCATION "${libdir}/libImaging.so"
        INTERFACE_INCLUDE_DIRECTORIES "${includedir}")

    add_library(Imaging::Imaging_static STATIC IMPORTED GLOBAL)
    set_target_properties(Imaging::Imaging_static PROPERTIES
        IMPORTED_LOCATION "${libdir}/libImaging.a"
        IMPORTED_LINK_INTERFACE_LANGUAGES C
        INTERFACE_INCLUDE_DIRECTORIES "${includedir}"
        INTERFACE_LINK_LIBRARIES "util;rt;pthread;m;dl")
    if(packages)
        find_package(PkgConfig REQUIRED)
        separate_arguments(packages)
        pkg_check_modules(Imaging_linked REQUIRED IMPORTED_TARGET GLOBAL ${packages})
        set_property(TARGET Imaging::Imaging_static APPEND PROPERTY INTERFACE_LINK_LIBRARIES PkgConfig::Imaging_linked)
    endif()
endfunction()
