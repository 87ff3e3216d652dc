# SPDX-License-Identifier: BSD-3-Clause
# Checks that no two files define a class, structure or enumeration of one name in one namespace, which the linker would
# take for the same: cmake -DROOT=<source tree> -P unique_names.cmake
# Relies on the format of the sources: what stands in a namespace begins at the first column.
cmake_minimum_required(VERSION 3.25)

file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/core/*.cpp ${ROOT}/core/*.h ${ROOT}/ui/*.cpp ${ROOT}/ui/*.h
    ${ROOT}/app/*.cpp ${ROOT}/app/*.h)
set(count 0)
set(faults)
foreach(file IN LISTS files)
    file(STRINGS ${ROOT}/${file} lines REGEX "^(namespace |} // namespace|class |struct |enum )")
    set(open) # names of the namespaces around, the innermost last
    foreach(line IN LISTS lines)
        if(line MATCHES "^namespace ([A-Za-z_:]+) {")
            list(APPEND open "${CMAKE_MATCH_1}")
        elseif(line MATCHES "^namespace {")
            list(APPEND open "(unnamed)")
        elseif(line MATCHES "^} // namespace")
            list(POP_BACK open)
        elseif("(unnamed)" IN_LIST open)
            continue()
        elseif(line MATCHES "^(class|struct|enum class|enum) ([A-Za-z0-9_]+)( final)?( : .*)?( {.*)?$")
            list(JOIN open "::" space)
            set(key "${space}::${CMAKE_MATCH_2}")
            math(EXPR count "${count} + 1")
            if(DEFINED first_${key} AND NOT first_${key} STREQUAL file)
                list(APPEND faults "${file}: ${key} is defined in ${first_${key}} too")
            endif()
            set(first_${key} ${file})
        endif()
    endforeach()
    if(open)
        list(APPEND faults "${file}: a namespace is not closed by \"} // namespace\"")
    endif()
endforeach()

if(faults)
    list(JOIN faults "\n" text)
    message(FATAL_ERROR "names are not unique:\n${text}")
endif()
message(NOTICE "${count} types have names of their own")
